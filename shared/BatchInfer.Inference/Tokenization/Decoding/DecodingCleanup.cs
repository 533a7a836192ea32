using System.Text;

namespace BatchInfer.Inference;

/// <summary>Hugging Face's clean-up of tokenisation spaces in English text.</summary>
internal static class DecodingCleanup
{
    private static readonly (string From, string To)[] Rules =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public static string Apply(string text)
    {
        if (!text.Contains(' ', StringComparison.Ordinal)) return text;
        var result = new StringBuilder(text);
        foreach (var (from, to) in Rules) result.Replace(from, to);
        return result.ToString();
    }
}
