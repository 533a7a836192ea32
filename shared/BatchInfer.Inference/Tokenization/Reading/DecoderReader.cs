namespace BatchInfer.Inference;

/// <summary>Reads <c>decoder</c>.</summary>
internal static class DecoderReader
{
    private const string Known = "WordPiece, ByteLevel, Metaspace, ByteFallback, Fuse, Strip, Replace, BPEDecoder, CTC and Sequence";

    // What a hostile file can make a decoder do for each token.
    private const int MaxStripped = 1 << 16;

    public static ITokenDecoder Read(JsonComponent component) => component.Type switch
    {
        "WordPiece" => new WordPieceDecoder(component.Text("prefix") ?? "##", component.Flag("cleanup") ?? true),
        "ByteLevel" => new ByteLevelDecoder(),
        "Metaspace" => new MetaspaceDecoder(PreTokenizerReader.ReadMark(component), PreTokenizerReader.ReadScheme(component)),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Strip" => ReadStrip(component),
        "Replace" => new ReplaceDecoder(PatternReader.Read(component), component.RequiredText("content")),
        "BPEDecoder" => new BpeDecoder(component.Text("suffix") ?? "</w>"),
        "CTC" => new CtcDecoder(component.Text("pad_token") ?? "<pad>", component.Text("word_delimiter_token") ?? "|", component.Flag("cleanup") ?? true),
        "Sequence" => new SequenceDecoder([.. component.Required("decoders").Items().Select(Read)]),
        _ => throw component.Unknown("decoder", Known),
    };

    private static StripDecoder ReadStrip(JsonComponent component)
    {
        string content = component.RequiredText("content");
        if (content.Length == 0) throw component.Required("content").Wrong("must be one character");
        return new StripDecoder(content, component.Whole("start", 0, MaxStripped) ?? 0, component.Whole("stop", 0, MaxStripped) ?? 0);
    }
}
