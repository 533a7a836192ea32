using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

/// <summary>A tokenizer from a <c>tokenizer.json</c> whose parts a test writes itself.</summary>
internal static class TokenizerText
{
    // One word is one token, so that what a component does shows in the offsets and in the text of the words.
    public const string Words = """{"type":"WordLevel","vocab":{"?":0},"unk_token":"?"}""";

    public static TextTokenizer Load(
        string model = Words, string normalizer = "null", string preTokenizer = "null", string postProcessor = "null", string decoder = "null", string added = "[]")
    {
        string folder = Directory.CreateTempSubdirectory("batchinfer-").FullName;
        try
        {
            File.WriteAllText(
                Path.Combine(folder, "tokenizer.json"),
                $$"""
                {"added_tokens":{{added}},"normalizer":{{normalizer}},"pre_tokenizer":{{preTokenizer}},"model":{{model}},
                 "post_processor":{{postProcessor}},"decoder":{{decoder}}}
                """);
            return TextTokenizer.Load(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The tokens of a text as the vocabulary writes them, with spaces between.</summary>
    public static string Tokens(this TextTokenizer tokenizer, string text) => string.Join(' ', tokenizer.Encode(text).Select(t => tokenizer.Token(t.Id)));

    /// <summary>The part of a text that each token stands for.</summary>
    public static string[] Parts(this TextTokenizer tokenizer, string text) => [.. tokenizer.Encode(text).Select(t => text[t.Detail.Start..t.Detail.End])];

    private static (int Id, TokenDetail Detail)[] Encode(this TextTokenizer tokenizer, string text)
    {
        using var encoder = tokenizer.CreateEncoder();
        using var tokens = new TokenBuffer(withDetails: true);
        encoder.Encode(new TextInput(text, null), EncodeOptions.Whole, tokens);
        return [.. tokens.Ids.ToArray().Zip(tokens.Details.ToArray())];
    }
}
