using System.Globalization;
using Fluid;
using Fluid.Values;

namespace BatchInfer.Corpus;

/// <summary>What one rendering of a template knows and holds. Steps bound how long a template runs; this bounds what it makes.</summary>
internal sealed class PromptContext(TemplateOptions options) : TemplateContext(options)
{
    /// <summary>Characters of one text, and of a list's texts together: what the longest record has. An element counts <see cref="Element"/> beside its text.</summary>
    public const int MaxValue = 16 << 20;

    /// <summary>Characters of everything that a template's own names stand for at one time.</summary>
    public const int MaxHeld = 2 * MaxValue;

    /// <summary>What an element of a list takes beside its text, in characters.</summary>
    public const int Element = 32;

    // Texts that are made and dropped cost time: about a second of copying.
    private const long MaxMade = 1L << 30;

    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private long _made, _heldTogether;

    /// <summary>Refuses a value before it is made.</summary>
    /// <param name="what">What makes it.</param>
    /// <param name="size">Its size in characters, at most.</param>
    public static void Allow(string what, long size)
    {
        if (size > MaxValue) throw TooLarge(what, MaxValue);
    }

    /// <summary>The refusal of something that would be too large.</summary>
    public static PromptLimitException TooLarge(string what, long limit) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{what} would make more than {limit} characters"));

    /// <summary>Characters that a value has as a text; of a list with its elements. Stops where the limit is behind it.</summary>
    public static long SizeOf(FluidValue value, bool members = false)
    {
        switch (value)
        {
            case StringValue:
                return value.ToStringValue().Length;
            case ArrayValue list:
                long size = 0;
                foreach (var element in list.Values)
                {
                    size += Element + SizeOf(element, members);
                    if (size > MaxValue) break;
                }

                return size;
            case DictionaryValue when members:
                return SizeOf(new ArrayValue([.. value.Enumerate(null!)]), members);
            default:
                return Element;
        }
    }

    /// <summary>Counts what a filter made.</summary>
    public void Made(string filter, FluidValue result)
    {
        if (result is not (StringValue or ArrayValue)) return;
        long size = SizeOf(result);
        Allow(filter, size);
        Made(size);
    }

    /// <summary>Counts characters that were made.</summary>
    public void Made(long characters)
    {
        if ((_made += characters) > MaxMade) throw TooLarge("The template's filters and tags together", MaxMade);
    }

    /// <summary>Counts what a name stands for, in place of what it stood for before.</summary>
    public void Hold(string name, FluidValue value)
    {
        int size = (int)Math.Min(SizeOf(value), MaxValue);
        _heldTogether += size - _held.GetValueOrDefault(name);
        _held[name] = size;
        if (_heldTogether > MaxHeld) throw TooLarge($"What the template assigns, '{name}' the last of it,", MaxHeld);
    }
}
