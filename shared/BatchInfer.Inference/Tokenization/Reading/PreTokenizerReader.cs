namespace BatchInfer.Inference;

/// <summary>Reads <c>pre_tokenizer</c>.</summary>
internal static class PreTokenizerReader
{
    public static IPreTokenizer Read(JsonComponent component) => component.Type switch
    {
        "BertPreTokenizer" => new BertPreTokenizer(),
        _ => throw component.Unknown("pre-tokenizer", "BertPreTokenizer"),
    };
}
