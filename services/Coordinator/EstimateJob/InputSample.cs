using BatchInfer.Contracts;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>
/// Some of a corpus's different inputs, drawn at random without knowing how many there are: those of the smallest keys, as a key is
/// a digest. So the same corpus gives the same sample.
/// </summary>
internal sealed class InputSample
{
    /// <summary>Inputs at most. With so many, the mean length is off by some 5 % where lengths spread as widely as their mean.</summary>
    public const int Size = 512;

    // Bounds what a sample takes of memory. Beyond it nearly every model has cut the text.
    private const int MaxCharacters = 1 << 14;

    private readonly SortedDictionary<Guid, SampledInput> _inputs = new(Comparer<Guid>.Create((a, b) => b.CompareTo(a)));

    /// <summary>Whether every text is in it whole.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>The inputs, by key.</summary>
    public IReadOnlyDictionary<Guid, SampledInput> Inputs => _inputs;

    public void Offer(Guid key, string text, string? textPair)
    {
        bool full = _inputs.Count == Size;
        if (full)
        {
            var largest = Largest;
            if (key.CompareTo(largest) >= 0) return;
            if (_inputs.ContainsKey(key)) return;
            _inputs.Remove(largest);
        }

        IsWhole &= text.Length <= MaxCharacters && (textPair?.Length ?? 0) <= MaxCharacters;
        _inputs[key] = new SampledInput(Cut(text), textPair is null ? null : Cut(textPair));
    }

    // The order is from the largest down.
    private Guid Largest
    {
        get
        {
            using var first = _inputs.Keys.GetEnumerator();
            first.MoveNext();
            return first.Current;
        }
    }

    private static string Cut(string text) =>
        text.Length <= MaxCharacters ? text : text[..(char.IsHighSurrogate(text[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)];
}
