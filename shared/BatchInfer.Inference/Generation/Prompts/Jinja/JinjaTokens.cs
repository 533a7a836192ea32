namespace BatchInfer.Inference;

/// <summary>The tokens of a template, taken one after another.</summary>
internal sealed class JinjaTokens(List<JinjaToken> tokens)
{
    private int _at;

    public JinjaToken Current => tokens[_at];

    public JinjaToken Take() => tokens[_at++];

    /// <summary>The name after the current token, or an empty text.</summary>
    public string PeekName() => Current.Kind == JinjaTokenKind.OpenStatement && tokens[_at + 1].Kind == JinjaTokenKind.Name ? tokens[_at + 1].Value : "";

    public bool TryName(string name) => Try(JinjaTokenKind.Name, name);

    public bool TryOperator(string op) => Try(JinjaTokenKind.Operator, op);

    public void ExpectName(string name)
    {
        if (!TryName(name)) throw Unexpected(name);
    }

    public void ExpectOperator(string op)
    {
        if (!TryOperator(op)) throw Unexpected(op);
    }

    public JinjaToken Expect(JinjaTokenKind kind) => Current.Kind == kind ? Take() : throw Unexpected(kind.ToString());

    private bool Try(JinjaTokenKind kind, string value)
    {
        if (Current.Kind != kind || Current.Value != value) return false;
        _at++;
        return true;
    }

    private ChatTemplateException Unexpected(string expected) =>
        new($"'{(Current.Value.Length > 0 ? Current.Value : Current.Kind.ToString())}' stands where '{expected}' is expected.");
}
