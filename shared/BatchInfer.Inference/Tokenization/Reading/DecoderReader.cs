namespace BatchInfer.Inference;

/// <summary>Reads <c>decoder</c>.</summary>
internal static class DecoderReader
{
    public static ITokenDecoder Read(JsonComponent component) => component.Type switch
    {
        "WordPiece" => new WordPieceDecoder(component.Text("prefix") ?? "##", component.Flag("cleanup") ?? true),
        _ => throw component.Unknown("decoder", "WordPiece"),
    };
}
