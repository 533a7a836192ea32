using Fluid;
using Fluid.Values;

namespace BatchInfer.Corpus;

/// <summary>The filters of templates, which say beforehand what they would make where that may be more than they are given.</summary>
internal static class BoundedFilters
{
    // Characters that one character becomes at most: "&#160;", "%E6%BC%A2", "ü".
    private const int Escaped = 6, UrlEncoded = 9, Base64 = 4, LineBreak = 6;

    private static readonly Dictionary<string, Func<FluidValue, FilterArguments, long>> Sizes = new(StringComparer.Ordinal)
    {
        ["append"] = Both,
        ["prepend"] = Both,
        ["concat"] = Both,
        ["join"] = (input, arguments) => PromptContext.SizeOf(input) + (input is ArrayValue list ? (long)list.Values.Count * Argument(arguments, 0) : 0),
        ["replace"] = Replaced,
        ["replace_first"] = (input, arguments) => PromptContext.SizeOf(input) + Argument(arguments, 1),
        ["replace_last"] = (input, arguments) => PromptContext.SizeOf(input) + Argument(arguments, 1),
        ["split"] = Split,
        ["reverse"] = (input, _) => PromptContext.SizeOf(input) * (input is StringValue ? 1 + PromptContext.Element : 1),
        ["newline_to_br"] = (input, _) => input is StringValue ? Text(input).Length + (long)LineBreak * Text(input).AsSpan().Count('\n') : PromptContext.SizeOf(input) * LineBreak,
        ["escape"] = (input, _) => PromptContext.SizeOf(input) * Escaped,
        ["escape_once"] = (input, _) => PromptContext.SizeOf(input) * Escaped,
        ["url_encode"] = (input, _) => PromptContext.SizeOf(input) * UrlEncoded,
        ["base64_encode"] = (input, _) => PromptContext.SizeOf(input) * Base64,
        ["base64_url_safe_encode"] = (input, _) => PromptContext.SizeOf(input) * Base64,
        ["json"] = (input, _) => PromptContext.SizeOf(input, members: true) * Escaped,
        ["date"] = (_, arguments) => Formatted(arguments.At(0), 0),
        ["format_date"] = (_, arguments) => Formatted(arguments.At(0), 0),
        ["format_number"] = (_, arguments) => Formatted(arguments.At(0), 0),
        ["format_string"] = (input, arguments) => Formatted(input, Enumerable.Range(0, arguments.Count).Max(i => (long?)Argument(arguments, i)) ?? 0),
    };

    /// <summary>Puts their bounds on all filters.</summary>
    public static void Bound(FilterCollection filters)
    {
        foreach (var (name, filter) in filters.ToArray())
        {
            var size = Sizes.GetValueOrDefault(name);
            filters.AddFilter(name, async (input, arguments, context) =>
            {
                if (size is not null) PromptContext.Allow(name, size(input, arguments));
                var result = await filter(input, arguments, context);
                if (!ReferenceEquals(result, input)) ((PromptContext)context).Made(name, result);
                return result;
            });
        }
    }

    private static long Both(FluidValue input, FilterArguments arguments) => PromptContext.SizeOf(input) + PromptContext.SizeOf(arguments.At(0));

    private static long Argument(FilterArguments arguments, int index) => PromptContext.SizeOf(arguments.At(index));

    private static string Text(FluidValue value) => value.ToStringValue();

    private static long Replaced(FluidValue input, FilterArguments arguments)
    {
        long size = PromptContext.SizeOf(input), with = Argument(arguments, 1);
        if (size + with > PromptContext.MaxValue || Argument(arguments, 0) is var sought && (sought == 0 || sought > size)) return size + with;
        return size + Text(input).AsSpan().Count(Text(arguments.At(0))) * with;
    }

    private static long Split(FluidValue input, FilterArguments arguments)
    {
        long size = PromptContext.SizeOf(input);
        if (size > PromptContext.MaxValue || Argument(arguments, 0) > PromptContext.MaxValue) return long.MaxValue;
        string by = Text(arguments.At(0));
        return size + (by.Length == 0 ? size : Text(input).AsSpan().Count(by) + 1) * PromptContext.Element;
    }

    // A format may say how wide: "%1000000000n", "F1000000000", "{0,1000000}". And it may name an argument again and again.
    private static long Formatted(FluidValue format, long argument)
    {
        long size = PromptContext.SizeOf(format);
        if (size > PromptContext.MaxValue) return size;
        long width = 0;
        foreach (char c in Text(format))
        {
            if (c == '{') size += argument;
            width = char.IsAsciiDigit(c) ? Math.Min(width * 10 + (c - '0'), PromptContext.MaxValue) : 0;
            // Each digit's prefix counts too, which is little beside the whole.
            size += width + PromptContext.Element;
            if (size > PromptContext.MaxValue) break;
        }

        return size;
    }
}
