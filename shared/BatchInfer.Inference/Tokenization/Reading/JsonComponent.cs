using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>
/// A part of a tokenizer file and the way to it, for complaints: a member that is there but not what it must be is refused,
/// never taken for absent.
/// </summary>
/// <param name="File">The file.</param>
/// <param name="Where">The way, e.g. <c>normalizer.normalizers[1]</c>.</param>
/// <param name="Element">The JSON.</param>
internal readonly record struct JsonComponent(JsonFile File, string Where, JsonElement Element)
{
    private const string CopyAgain = "Copy the file again from the model's repository.";

    /// <summary>The component's <c>type</c>.</summary>
    public string Type => Text("type") ?? throw Wrong("has no \"type\"");

    public string? Text(string name) => Member(name) is not { } member ? null : member.AsText();

    public bool? Flag(string name) => Member(name)?.Element.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Member(name)!.Value.Wrong("must be true or false"),
    };

    /// <summary>A whole number, within bounds.</summary>
    public int? Whole(string name, int least, int most) => Member(name) is not { } member ? null : member.AsWhole(least, most);

    /// <summary>An object or other value, or null when it is absent or null.</summary>
    public JsonComponent? Member(string name)
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Wrong("must be an object");
        try
        {
            return Element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
                ? new JsonComponent(File, Where.Length == 0 ? name : $"{Where}.{name}", member)
                : null;
        }
        catch (InvalidOperationException e)
        {
            throw Wrong($"has a name that is not valid Unicode ({e.Message})");
        }
    }

    public JsonComponent Required(string name) => Member(name) ?? throw Wrong($"has no \"{name}\"");

    public string RequiredText(string name) => Required(name).AsText();

    /// <summary>The items of a list.</summary>
    public IEnumerable<JsonComponent> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array) throw Wrong("must be a list");
        int number = 0;
        foreach (var item in Element.EnumerateArray()) yield return new JsonComponent(File, $"{Where}[{number++}]", item);
    }

    /// <summary>The members of an object.</summary>
    public IEnumerable<KeyValuePair<string, JsonComponent>> Members()
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Wrong("must be an object");
        foreach (var member in Element.EnumerateObject())
        {
            string name = Decode(member);
            yield return KeyValuePair.Create(name, new JsonComponent(File, Where.Length == 0 ? name : $"{Where}[\"{name}\"]", member.Value));
        }
    }

    public string AsText()
    {
        if (Element.ValueKind != JsonValueKind.String) throw Wrong("must be a text");
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Wrong($"is not valid Unicode ({e.Message})");
        }
    }

    public double AsNumber() => Element.ValueKind == JsonValueKind.Number && Element.TryGetDouble(out double number) && double.IsFinite(number)
        ? number
        : throw Wrong("must be a number");

    public int AsWhole(int least, int most) => Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out int number) && number >= least && number <= most
        ? number
        : throw Wrong($"must be a whole number from {least} to {most}");

    /// <summary>The complaint that this component is of a kind that is not known.</summary>
    public ModelFormatException Unknown(string kind, string known) => File.Wrong($"\"{Where}\" is the {kind} \"{Type}\", which is not supported", $"Supported are {known}.");

    public ModelFormatException Wrong(string what, string whatToDo = CopyAgain) => File.Wrong(Where.Length == 0 ? $"it {what}" : $"\"{Where}\" {what}", whatToDo);

    private string Decode(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException e)
        {
            throw Wrong($"has a name that is not valid Unicode ({e.Message})");
        }
    }
}
