namespace BatchInfer.Inference;

/// <summary>A text or special tokens in a template.</summary>
/// <param name="Kind">Which.</param>
/// <param name="TypeId">Type of its tokens.</param>
/// <param name="SpecialIds">Ids of the special tokens; none for a text.</param>
internal sealed record TemplatePiece(TemplatePieceKind Kind, byte TypeId, int[] SpecialIds)
{
    public static TemplatePiece First(byte typeId) => new(TemplatePieceKind.First, typeId, []);

    public static TemplatePiece Second(byte typeId) => new(TemplatePieceKind.Second, typeId, []);

    public static TemplatePiece Special(byte typeId, params int[] ids) => new(TemplatePieceKind.Special, typeId, ids);
}
