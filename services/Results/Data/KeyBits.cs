namespace BatchInfer.Results.Data;

/// <summary>Keys and bits as the messages about known keys pack them.</summary>
internal static class KeyBits
{
    public const int KeyBytes = 16;

    public static Guid[] Parse(byte[] keys)
    {
        if (keys.Length % KeyBytes != 0) throw new ArgumentException($"{keys.Length} bytes are not a whole number of {KeyBytes}-byte keys.", nameof(keys));
        var parsed = new Guid[keys.Length / KeyBytes];
        for (int i = 0; i < parsed.Length; i++) parsed[i] = new Guid(keys.AsSpan(i * KeyBytes, KeyBytes), bigEndian: true);
        return parsed;
    }

    public static byte[] Empty(int keys) => new byte[(keys + 7) / 8];

    public static void Set(byte[] bits, int key) => bits[key >> 3] |= (byte)(1 << (key & 7));
}
