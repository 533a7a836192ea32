namespace BatchInfer.Inference;

/// <summary>Reads <c>post_processor</c>.</summary>
internal static class PostProcessorReader
{
    public static PostProcessor Read(JsonComponent component) => component.Type switch
    {
        "TemplateProcessing" => new PostProcessor(ReadTemplate(component, "single"), ReadTemplate(component, "pair")),
        "BertProcessing" => ReadBert(component),
        _ => throw component.Unknown("post-processor", "TemplateProcessing and BertProcessing"),
    };

    private static SpecialTokenTemplate ReadTemplate(JsonComponent component, string name)
    {
        var pieces = new List<TemplatePiece>();
        foreach (var item in component.Required(name).Items())
        {
            if (item.Member("Sequence") is { } text)
            {
                byte typeId = (byte)(text.Whole("type_id", 0, byte.MaxValue) ?? 0);
                pieces.Add(text.RequiredText("id") switch
                {
                    "A" => TemplatePiece.First(typeId),
                    "B" => TemplatePiece.Second(typeId),
                    _ => throw text.Wrong("must have the id \"A\" or \"B\""),
                });
            }
            else
            {
                var special = item.Required("SpecialToken");
                var definition = component.Required("special_tokens").Required(special.RequiredText("id"));
                pieces.Add(TemplatePiece.Special(
                    (byte)(special.Whole("type_id", 0, byte.MaxValue) ?? 0), [.. definition.Required("ids").Items().Select(i => i.AsWhole(0, ModelReader.MaxTokenId))]));
            }
        }

        return new SpecialTokenTemplate(pieces);
    }

    private static PostProcessor ReadBert(JsonComponent component)
    {
        int cls = ReadToken(component, "cls"), sep = ReadToken(component, "sep");
        TemplatePiece[] single = [TemplatePiece.Special(0, cls), TemplatePiece.First(0), TemplatePiece.Special(0, sep)];
        return new PostProcessor(new SpecialTokenTemplate(single), new SpecialTokenTemplate([.. single, TemplatePiece.Second(1), TemplatePiece.Special(1, sep)]));
    }

    // A token and its id in a list.
    private static int ReadToken(JsonComponent component, string name)
    {
        var entry = component.Required(name);
        JsonComponent[] items = [.. entry.Items()];
        return items.Length == 2 ? items[1].AsWhole(0, ModelReader.MaxTokenId) : throw entry.Wrong("must be a token and its id");
    }
}
