using System.Collections.Concurrent;

namespace BatchInfer.Inference;

/// <summary>A model's tokenizer: texts to token ids and back, as Hugging Face's tokenizers do it. Shared by all threads.</summary>
internal sealed class TextTokenizer
{
    private readonly TokenizerParts _parts;
    private readonly Dictionary<string, int> _addedIds;
    private readonly ConcurrentBag<TextEncoder> _encoders = [];

    public TextTokenizer(TokenizerParts parts, string directory)
    {
        _parts = parts;
        _addedIds = parts.AddedTokens.GroupBy(t => t.Content, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Id, StringComparer.Ordinal);
        VocabularySize = parts.Model.Vocabulary.Count + parts.AddedById.Values.Count(t => parts.Model.Vocabulary.Token(t.Id) is null);
        SpecialTokens = SpecialTokens.Read(directory, TokenId);
    }

    /// <summary>Tokens there are, added ones included.</summary>
    public int VocabularySize { get; }

    /// <summary>Ids of the tokens that begin, end, part, fill and mask.</summary>
    public SpecialTokens SpecialTokens { get; }

    /// <summary>What a token that does not begin a word begins with, e.g. <c>##</c>; null for models that mark words otherwise.</summary>
    public string? ContinuingPrefix => _parts.ContinuingPrefix;

    /// <summary>Reads a tokenizer from a model's folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="fileName">Another file in it for models with two vocabularies, such as <c>tokenizer_target.json</c>.</param>
    /// <exception cref="ModelFormatException">The file is missing, broken, or has a component that is not known.</exception>
    public static TextTokenizer Load(string directory, string fileName = "tokenizer.json") => new(TokenizerFile.Read(Path.Combine(directory, fileName)), directory);

    /// <summary>Id of a token, or null.</summary>
    public int? TokenId(string token) => _addedIds.TryGetValue(token, out int id) ? id : _parts.Model.Vocabulary.Id(token);

    /// <summary>The token of an id as the vocabulary writes it (<c>##s</c>, <c>Ġthe</c>), or null.</summary>
    public string? Token(int id) => _parts.Token(id);

    /// <summary>Whether an id is a special token, which decoding leaves out on demand.</summary>
    public bool IsSpecial(int id) => _parts.AddedById.TryGetValue(id, out var token) && token.Special;

    /// <summary>An encoder with buffers of its own, for one thread at a time. Disposing it keeps what it learnt for the next.</summary>
    public TextEncoder CreateEncoder() => _encoders.TryTake(out var encoder) ? encoder : new TextEncoder(_parts, Return);

    /// <summary>The text of some tokens, as Hugging Face's <c>decode</c> gives it. Ids that are none are left out.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var tokens = new List<string>(ids.Length);
        foreach (int id in ids)
            if (!(skipSpecialTokens && IsSpecial(id)) && Token(id) is { } token) tokens.Add(token);
        return Decode(tokens);
    }

    /// <summary>The text of some tokens as the vocabulary writes them (Hugging Face's <c>convert_tokens_to_string</c>); the list is used up.</summary>
    public string Decode(List<string> tokens)
    {
        if (_parts.Decoder is null) return string.Join(' ', tokens);
        _parts.Decoder.Decode(tokens);
        return string.Concat(tokens);
    }

    // No more are kept than can run at once.
    private bool Return(TextEncoder encoder)
    {
        if (_encoders.Count >= Environment.ProcessorCount) return false;
        _encoders.Add(encoder);
        return true;
    }
}
