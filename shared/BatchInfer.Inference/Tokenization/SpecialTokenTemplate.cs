using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>Where special tokens and the texts stand in an input, e.g. <c>[CLS] A [SEP] B [SEP]</c>, with their type ids.</summary>
internal sealed class SpecialTokenTemplate
{
    private SpecialTokenTemplate(IReadOnlyList<Piece> pieces)
    {
        Pieces = pieces;
        SpecialTokens = pieces.Sum(p => p.SpecialIds.Length);
    }

    public IReadOnlyList<Piece> Pieces { get; }

    /// <summary>How many tokens it adds.</summary>
    public int SpecialTokens { get; }

    /// <summary>Reads the templates of a single text and of a pair from <c>post_processor</c>.</summary>
    public static (SpecialTokenTemplate Single, SpecialTokenTemplate Pair) Read(JsonFile file)
    {
        if (file.Root.Member("post_processor") is not { } processor)
            return (new([Piece.First(0)]), new([Piece.First(0), Piece.Second(1)]));
        try
        {
            return processor.Text("type") switch
            {
                "TemplateProcessing" => (ReadTemplate(processor, "single"), ReadTemplate(processor, "pair")),
                "BertProcessing" => ReadBert(processor),
                var other => throw file.Wrong($"\"post_processor\" is of type \"{other}\"", "Only TemplateProcessing and BertProcessing are supported."),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw file.Wrong($"\"post_processor\" cannot be read ({e.Message})", "Copy the file again from the model's repository.");
        }
    }

    private static SpecialTokenTemplate ReadTemplate(JsonElement processor, string name)
    {
        var specials = processor.GetProperty("special_tokens");
        var pieces = new List<Piece>();
        foreach (var element in processor.GetProperty(name).EnumerateArray())
        {
            bool isText = element.TryGetProperty("Sequence", out var content);
            if (!isText) content = element.GetProperty("SpecialToken");
            string id = content.GetProperty("id").GetString()!;
            byte typeId = content.GetProperty("type_id").GetByte();
            if (isText) pieces.Add(id == "A" ? Piece.First(typeId) : Piece.Second(typeId));
            else pieces.Add(new Piece(PieceKind.Special, typeId, [.. specials.GetProperty(id).GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())]));
        }

        return new SpecialTokenTemplate(pieces);
    }

    private static (SpecialTokenTemplate Single, SpecialTokenTemplate Pair) ReadBert(JsonElement processor)
    {
        int cls = processor.GetProperty("cls")[1].GetInt32(), sep = processor.GetProperty("sep")[1].GetInt32();
        Piece[] single = [new(PieceKind.Special, 0, [cls]), Piece.First(0), new(PieceKind.Special, 0, [sep])];
        return (new(single), new([.. single, Piece.Second(1), new(PieceKind.Special, 1, [sep])]));
    }

    internal enum PieceKind
    {
        Special,
        First,
        Second,
    }

    internal sealed record Piece(PieceKind Kind, byte TypeId, int[] SpecialIds)
    {
        public static Piece First(byte typeId) => new(PieceKind.First, typeId, []);

        public static Piece Second(byte typeId) => new(PieceKind.Second, typeId, []);
    }
}
