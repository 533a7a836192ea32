namespace BatchInfer.Inference;

/// <summary>
/// Decodes tokens as they come, for streams and stop strings. What may still change (a character whose bytes are not all
/// there) is held back. Not thread-safe.
/// </summary>
internal sealed class StreamingDecoder(TextTokenizer tokenizer, bool skipSpecialTokens)
{
    private readonly List<int> _ids = [];
    private int _decoded;
    private string _prefix = "";

    /// <summary>Takes one more token.</summary>
    /// <returns>The text that is now certain and was not before; often empty.</returns>
    public string Append(int id)
    {
        _ids.Add(id);
        string text = Decode();
        if (text.Length <= _prefix.Length || text[^1] == '\uFFFD') return "";
        string added = text.StartsWith(_prefix, StringComparison.Ordinal) ? text[_prefix.Length..] : text;

        // The tokens before the last that gave text are no longer needed; those since are, since a decoder looks at what is before.
        _ids.RemoveRange(0, _decoded);
        _decoded = _ids.Count;
        _prefix = Decode();
        return added;
    }

    /// <summary>Ends the text.</summary>
    /// <returns>What was held back, characters that are not whole as U+FFFD.</returns>
    public string Flush()
    {
        string text = Decode();
        string rest = text.StartsWith(_prefix, StringComparison.Ordinal) ? text[_prefix.Length..] : text;
        _ids.Clear();
        (_decoded, _prefix) = (0, "");
        return rest;
    }

    private string Decode() => tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids), skipSpecialTokens);
}
