namespace BatchInfer.Inference;

/// <summary>Reads <c>normalizer</c>.</summary>
internal static class NormalizerReader
{
    private const string Known =
        "BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Replace, Prepend, Nmt, Precompiled, ByteLevel and Sequence";

    public static INormalizer Read(JsonComponent component) => component.Type switch
    {
        "BertNormalizer" => ReadBert(component),
        "NFC" => new UnicodeNormalizer(compatible: false, compose: true),
        "NFD" => new UnicodeNormalizer(compatible: false, compose: false),
        "NFKC" => new UnicodeNormalizer(compatible: true, compose: true),
        "NFKD" => new UnicodeNormalizer(compatible: true, compose: false),
        "Lowercase" => new LowercaseNormalizer(),
        "StripAccents" => CharacterFilter.StripAccents(),
        "Nmt" => CharacterFilter.Nmt(),
        "Strip" => new StripNormalizer(component.Flag("strip_left") ?? true, component.Flag("strip_right") ?? true),
        "Replace" => new ReplaceNormalizer(PatternReader.Read(component), component.RequiredText("content")),
        "Prepend" => new PrependNormalizer(component.RequiredText("prepend")),
        "Precompiled" => ReadPrecompiled(component.Required("precompiled_charsmap")),
        "ByteLevel" => new ByteLevelNormalizer(),
        "Sequence" => new SequenceNormalizer([.. component.Required("normalizers").Items().Select(Read)]),
        _ => throw component.Unknown("normalizer", Known),
    };

    private static BertNormalizer ReadBert(JsonComponent component)
    {
        bool lowercase = component.Flag("lowercase") ?? true;
        return new BertNormalizer(
            component.Flag("clean_text") ?? true, component.Flag("handle_chinese_chars") ?? true, component.Flag("strip_accents") ?? lowercase, lowercase);
    }

    private static PrecompiledNormalizer ReadPrecompiled(JsonComponent component)
    {
        try
        {
            return PrecompiledNormalizer.Read(Convert.FromBase64String(component.AsText()));
        }
        catch (FormatException e)
        {
            throw component.Wrong($"is no table of replacements: {e.Message.TrimEnd('.')}");
        }
    }
}
