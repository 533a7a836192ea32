namespace BatchInfer.Inference;

/// <summary>Reads the <c>pattern</c> of a component: a text, or an expression.</summary>
internal static class PatternReader
{
    public static TextPattern Read(JsonComponent component)
    {
        var pattern = component.Required("pattern");
        if (pattern.Text("String") is { } text) return TextPattern.Literal(text);
        var expression = pattern.Required("Regex");
        try
        {
            return TextPattern.Expression(expression.AsText());
        }
        catch (Exception e) when (e is NotSupportedException or ArgumentException)
        {
            throw expression.Wrong($"is an expression that cannot be used: {e.Message.TrimEnd('.')}", "Write it another way in the file.");
        }
    }
}
