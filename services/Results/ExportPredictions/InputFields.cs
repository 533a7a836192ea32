namespace BatchInfer.Results.ExportPredictions;

/// <summary>Collects the fields of JSONL records that get columns of their own, in the order in which they come. Keeps no record.</summary>
internal sealed class InputFields
{
    // Each column costs in each row, also where it is empty; and there may be as many names as records.
    private const int MaxColumns = 200, MaxName = 256;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    /// <summary>The fields. All others go into <see cref="InputColumns.Other"/>.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Whether no more of them get columns.</summary>
    public bool IsFull => _names.Count == MaxColumns;

    /// <summary>Takes the fields of a record; of one that cannot be read, none.</summary>
    public void Add(ReadOnlyMemory<byte> record)
    {
        using var document = InputColumns.Parse(record);
        if (document is null) return;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (IsFull) return;
            string name = member.Name;
            if (name.Length <= MaxName && _known.Add(name)) _names.Add(name);
        }
    }
}
