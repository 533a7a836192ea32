using System.Text;

namespace BatchInfer.Inference;

/// <summary>GPT-2's: each character is a byte again, and the bytes are UTF-8; a token that has other characters is taken as it is.</summary>
internal sealed class ByteLevelDecoder : ITokenDecoder
{
    public void Decode(List<string> tokens)
    {
        using var bytes = new PooledBuffer<byte>();
        foreach (string token in tokens)
        {
            int before = bytes.Count;
            foreach (char c in token)
            {
                if (ByteAlphabet.Byte(c) is >= 0 and var b)
                {
                    bytes.Append((byte)b);
                    continue;
                }

                bytes.Truncate(before);
                bytes.Append(Encoding.UTF8.GetBytes(token));
                break;
            }
        }

        string text = Encoding.UTF8.GetString(bytes.Span);
        tokens.Clear();
        tokens.Add(text);
    }
}
