namespace BatchInfer.Inference;

/// <summary>Reads <c>normalizer</c>.</summary>
internal static class NormalizerReader
{
    public static INormalizer Read(JsonComponent component) => component.Type switch
    {
        "BertNormalizer" => ReadBert(component),
        _ => throw component.Unknown("normalizer", "BertNormalizer"),
    };

    private static BertNormalizer ReadBert(JsonComponent component)
    {
        bool lowercase = component.Flag("lowercase") ?? true;
        return new BertNormalizer(
            component.Flag("clean_text") ?? true, component.Flag("handle_chinese_chars") ?? true, component.Flag("strip_accents") ?? lowercase, lowercase);
    }
}
