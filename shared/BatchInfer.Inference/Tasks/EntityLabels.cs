using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>A tagger's labels with what their names say: <c>B-</c> begins an entity, <c>I-</c> goes on with one, as does a name without either.</summary>
internal sealed class EntityLabels
{
    private const int TagStart = 2;
    private readonly bool[] _begins, _tokenIgnored, _groupIgnored;
    private readonly int[] _tags;

    public EntityLabels(IReadOnlyList<string> labels, IReadOnlyCollection<string> ignored)
    {
        Count = labels.Count;
        Names = OutputJson.Encode(labels);
        // The name of a group is what comes after the first hyphen, whatever stands before it.
        string[] groups = [.. labels.Select(l => l[(l.IndexOf('-', StringComparison.Ordinal) + 1)..])];
        GroupNames = OutputJson.Encode(groups);
        _begins = [.. labels.Select(l => l.StartsWith("B-", StringComparison.Ordinal))];
        _tokenIgnored = [.. labels.Select(ignored.Contains)];
        _groupIgnored = [.. groups.Select(ignored.Contains)];
        var tags = new Dictionary<string, int>(StringComparer.Ordinal);
        _tags = new int[labels.Count];
        for (int i = 0; i < _tags.Length; i++)
        {
            string tag = _begins[i] || labels[i].StartsWith("I-", StringComparison.Ordinal) ? labels[i][TagStart..] : labels[i];
            tags.TryAdd(tag, tags.Count);
            _tags[i] = tags[tag];
        }
    }

    public int Count { get; }

    public JsonEncodedText[] Names { get; }

    public JsonEncodedText[] GroupNames { get; }

    public bool IsTokenIgnored(int label) => _tokenIgnored[label];

    public bool IsGroupIgnored(int label) => _groupIgnored[label];

    /// <summary>Whether a token of a label goes on with the entity of the token before it.</summary>
    public bool GoesOn(int before, int label) => _tags[before] == _tags[label] && !_begins[label];
}
