namespace BatchInfer.Inference;

/// <summary>Reads <c>post_processor</c>.</summary>
internal static class PostProcessorReader
{
    private const string Known = "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel and Sequence";

    public static PostProcessor Read(JsonComponent component) => component.Type switch
    {
        "TemplateProcessing" => new PostProcessor(ReadTemplate(component, "single", isPair: false), ReadTemplate(component, "pair", isPair: true)),
        "BertProcessing" => ReadBert(component),
        "RobertaProcessing" => ReadRoberta(component),
        "ByteLevel" => PostProcessor.None with { Trimming = ReadTrimming(component) },
        "Sequence" => ReadSequence(component),
        _ => throw component.Unknown("post-processor", Known),
    };

    private static SpecialTokenTemplate ReadTemplate(JsonComponent component, string name, bool isPair)
    {
        var pieces = new List<TemplatePiece>();
        foreach (var item in component.Required(name).Items())
        {
            if (item.Member("Sequence") is { } text)
            {
                byte typeId = ReadTypeId(text);
                pieces.Add(text.RequiredText("id") switch
                {
                    "A" => TemplatePiece.First(typeId),
                    "B" when isPair => TemplatePiece.Second(typeId),
                    _ => throw text.Wrong(isPair ? "must have the id \"A\" or \"B\"" : "must have the id \"A\""),
                });
            }
            else
            {
                var special = item.Required("SpecialToken");
                var definition = component.Required("special_tokens").Required(special.RequiredText("id"));
                pieces.Add(TemplatePiece.Special(ReadTypeId(special), [.. definition.Required("ids").Items().Select(i => i.AsWhole(0, ModelReader.MaxTokenId))]));
            }
        }

        // Without a text, and with one twice, it is no template of anything.
        if (pieces.Count(p => p.Kind == TemplatePieceKind.First) != 1 || pieces.Count(p => p.Kind == TemplatePieceKind.Second) != (isPair ? 1 : 0))
            throw component.Required(name).Wrong(isPair ? "must have each of the two texts once" : "must have the text once");
        return new SpecialTokenTemplate(pieces);
    }

    private static byte ReadTypeId(JsonComponent piece) => (byte)(piece.Whole("type_id", 0, byte.MaxValue) ?? 0);

    private static PostProcessor ReadBert(JsonComponent component)
    {
        int cls = ReadToken(component, "cls"), sep = ReadToken(component, "sep");
        TemplatePiece[] single = [TemplatePiece.Special(0, cls), TemplatePiece.First(0), TemplatePiece.Special(0, sep)];
        return new PostProcessor(new SpecialTokenTemplate(single), new SpecialTokenTemplate([.. single, TemplatePiece.Second(1), TemplatePiece.Special(1, sep)]));
    }

    // RoBERTa has no types.
    private static PostProcessor ReadRoberta(JsonComponent component)
    {
        int cls = ReadToken(component, "cls"), sep = ReadToken(component, "sep");
        TemplatePiece[] single = [TemplatePiece.Special(0, cls), TemplatePiece.First(0), TemplatePiece.Special(0, sep)];
        return new PostProcessor(
            new SpecialTokenTemplate(single), new SpecialTokenTemplate([.. single, TemplatePiece.Special(0, sep), TemplatePiece.Second(0), TemplatePiece.Special(0, sep)]),
            ReadTrimming(component));
    }

    // At most one of them puts tokens around the texts: what a second one would do, the reference does not say either.
    private static PostProcessor ReadSequence(JsonComponent component)
    {
        var result = PostProcessor.None;
        bool hasTemplate = false;
        foreach (var item in component.Required("processors").Items())
        {
            var next = Read(item);
            bool isTemplate = item.Type != "ByteLevel";
            if (isTemplate && hasTemplate) throw item.Wrong("is the second post-processor that puts tokens around texts", "Only one is supported.");
            if (isTemplate) result = next with { Trimming = next.Trimming ?? result.Trimming };
            else result = result with { Trimming = next.Trimming ?? result.Trimming };
            hasTemplate |= isTemplate;
        }

        return result;
    }

    private static OffsetTrimming? ReadTrimming(JsonComponent component) =>
        component.Flag("trim_offsets") ?? true ? new OffsetTrimming(component.Flag("add_prefix_space") ?? true) : null;

    // A token and its id in a list.
    private static int ReadToken(JsonComponent component, string name)
    {
        var entry = component.Required(name);
        JsonComponent[] items = [.. entry.Items()];
        return items.Length == 2 ? items[1].AsWhole(0, ModelReader.MaxTokenId) : throw entry.Wrong("must be a token and its id");
    }
}
