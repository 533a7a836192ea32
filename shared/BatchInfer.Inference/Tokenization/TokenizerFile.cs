using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace BatchInfer.Inference;

/// <summary>
/// Reads a Hugging Face <c>tokenizer.json</c>. Its <c>truncation</c> and <c>padding</c> sections are left alone: they are habits
/// of whoever saved the file; the job says how long an input may be, and the batch how far it is padded.
/// </summary>
internal static class TokenizerFile
{
    private const string CopyAgain = "Copy the file again from the model's repository.";

    public static ITextTokenizer Load(string directory)
    {
        using var file = JsonFile.Open(Path.Combine(directory, "tokenizer.json"), "it holds the tokenizer");
        if (file.Root.Member("model") is not { ValueKind: JsonValueKind.Object } model) throw file.Wrong("it has no \"model\"", CopyAgain);

        // Old files leave the type out; only WordPiece has this member.
        string? type = model.Text("type") ?? (model.Member("max_input_chars_per_word") is null ? null : "WordPiece");
        if (type != "WordPiece")
            throw file.Wrong($"its tokenizer model is {(type is null ? "of no known type" : $"\"{type}\"")}, which is not supported", "Use a model with a WordPiece tokenizer.");
        if (file.Root.Member("pre_tokenizer") is not { } preTokenizer || preTokenizer.Text("type") != "BertPreTokenizer")
            throw file.Wrong($"its pre_tokenizer is \"{file.Root.Member("pre_tokenizer")?.Text("type") ?? "none"}\", which is not supported", "Use a model with BertPreTokenizer.");
        var normalizer = ReadNormalizer(file);
        var added = ReadAddedTokens(file, normalizer);
        var (single, pair) = SpecialTokenTemplate.Read(file);
        var (pieces, maxTokenId) = ReadWordPiece(file, model);
        foreach (int id in single.Pieces.Concat(pair.Pieces).SelectMany(p => p.SpecialIds).Concat(added.Select(a => a.Id)))
            maxTokenId = Math.Max(maxTokenId, id);
        return new WordPieceTextTokenizer(pieces, normalizer, added, single, pair, maxTokenId);
    }

    private static BertNormalizer? ReadNormalizer(JsonFile file)
    {
        if (file.Root.Member("normalizer") is not { } normalizer) return null;
        if (normalizer.Text("type") != "BertNormalizer")
            throw file.Wrong($"its normalizer is \"{normalizer.Text("type")}\", which is not supported", "Use a model with BertNormalizer or none.");
        bool lowercase = normalizer.Flag("lowercase") ?? true;
        return new BertNormalizer(normalizer.Flag("clean_text") ?? true, normalizer.Flag("handle_chinese_chars") ?? true,
            normalizer.Flag("strip_accents") ?? lowercase, lowercase);
    }

    private static List<AddedToken> ReadAddedTokens(JsonFile file, BertNormalizer? normalizer)
    {
        var tokens = new List<AddedToken>();
        if (file.Root.Member("added_tokens") is not { ValueKind: JsonValueKind.Array } list) return tokens;
        using var buffer = new PooledBuffer<char>();
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.Text("content") is not { } content || entry.Number("id") is not (>= 0 and <= int.MaxValue and var id))
                throw file.Wrong($"\"added_tokens\" has the entry {entry.GetRawText()}", "Each needs a \"content\" and an \"id\".");
            bool normalized = entry.Flag("normalized") ?? false;
            if (normalized && normalizer is not null)
            {
                buffer.Clear();
                normalizer.Normalize(content, buffer);
                content = buffer.Span.ToString();
            }

            if (content.Length > 0) tokens.Add(new AddedToken((int)id, content, entry.Flag("single_word") ?? false, normalized));
        }

        return tokens;
    }

    private static (WordPieceTokenizer Pieces, int MaxTokenId) ReadWordPiece(JsonFile file, JsonElement model)
    {
        if (model.Member("vocab") is not { ValueKind: JsonValueKind.Object } vocab) throw file.Wrong("\"model\" has no \"vocab\"", CopyAgain);
        var byId = new SortedDictionary<int, string>();
        foreach (var entry in vocab.EnumerateObject())
        {
            // A hole in the ids costs a line below: a bound keeps a broken file from costing gigabytes.
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id is < 0 or > 1 << 24)
                throw file.Wrong($"\"vocab\" gives \"{entry.Name}\" the id {entry.Value.GetRawText()}", "It must be a whole number below 16,777,216.");
            byId[id] = entry.Name;
        }

        string unknown = model.Text("unk_token") ?? "[UNK]";
        if (!byId.ContainsValue(unknown)) throw file.Wrong($"\"vocab\" lacks the unknown token \"{unknown}\"", CopyAgain);
        using var lines = new MemoryStream();
        using (var writer = new StreamWriter(lines, new UTF8Encoding(false), 1 << 14, leaveOpen: true) { NewLine = "\n" })
        {
            // The library reads one token a line, the line number as its id. No word holds white space, so a token
            // that does is never looked up, and neither is what stands for a hole.
            int next = 0;
            foreach (var (id, token) in byId)
            {
                for (; next < id; next++) writer.WriteLine($"\u0001{next}");
                writer.WriteLine(token.Length == 0 || token.Any(char.IsWhiteSpace) ? $"\u0001{id}" : token);
                next = id + 1;
            }
        }

        lines.Position = 0;
        var pieces = WordPieceTokenizer.Create(lines, new WordPieceOptions
        {
            UnknownToken = unknown,
            ContinuingSubwordPrefix = model.Text("continuing_subword_prefix") ?? "##",
            MaxInputCharsPerWord = (int)Math.Clamp(model.Number("max_input_chars_per_word") ?? 100, 1, 1 << 20),
            PreTokenizer = PreTokenizer.CreateWhiteSpace(),
        });
        return (pieces, byId.Keys.Last());
    }
}
