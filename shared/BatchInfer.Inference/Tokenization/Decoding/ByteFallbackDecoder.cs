using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace BatchInfer.Inference;

/// <summary>Makes characters of tokens such as <c>&lt;0xC3&gt;</c> in a row; if they make none, each is U+FFFD.</summary>
internal sealed class ByteFallbackDecoder : ITokenDecoder
{
    public void Decode(List<string> tokens)
    {
        var decoded = new List<string>(tokens.Count);
        using var bytes = new PooledBuffer<byte>();
        foreach (string token in tokens)
        {
            if (TryReadByte(token, out byte b))
            {
                bytes.Append(b);
                continue;
            }

            Flush(bytes, decoded);
            decoded.Add(token);
        }

        Flush(bytes, decoded);
        tokens.Clear();
        tokens.AddRange(decoded);
    }

    private static bool TryReadByte(string token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static void Flush(PooledBuffer<byte> bytes, List<string> into)
    {
        if (bytes.Count == 0) return;
        if (Utf8.IsValid(bytes.Span)) into.Add(Encoding.UTF8.GetString(bytes.Span));
        else
            for (int i = 0; i < bytes.Count; i++) into.Add("\uFFFD");
        bytes.Clear();
    }
}
