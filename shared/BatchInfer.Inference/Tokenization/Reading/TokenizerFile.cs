namespace BatchInfer.Inference;

/// <summary>
/// Reads a Hugging Face <c>tokenizer.json</c>. Its <c>truncation</c> and <c>padding</c> sections are left alone: they are habits
/// of whoever saved the file; the job says how long an input may be, and the batch how far it is padded.
/// </summary>
internal static class TokenizerFile
{
    public static TokenizerParts Read(string path)
    {
        using var file = JsonFile.Open(path, "it holds the tokenizer");
        var root = new JsonComponent(file, "", file.Root);
        var added = root.Member("added_tokens") is { } list ? AddedTokenReader.Read(list) : [];
        var model = ModelReader.Read(root.Required("model"));
        return new TokenizerParts(
            added,
            root.Member("normalizer") is { } normalizer ? NormalizerReader.Read(normalizer) : null,
            root.Member("pre_tokenizer") is { } preTokenizer ? PreTokenizerReader.Read(preTokenizer) : null,
            model,
            root.Member("post_processor") is { } postProcessor ? PostProcessorReader.Read(postProcessor) : PostProcessor.None,
            root.Member("decoder") is { } decoder ? DecoderReader.Read(decoder) : null)
        {
            ContinuingPrefix = root.Required("model").Text("continuing_subword_prefix") is { Length: > 0 } prefix ? prefix : null,
        };
    }
}
