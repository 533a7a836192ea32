namespace BatchInfer.Contracts;

/// <summary>Keys and bits as the messages about many keys pack them: keys big-endian one after another, bits lowest first.</summary>
public static class KeyBits
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 16;

    /// <summary>Packs keys.</summary>
    public static byte[] Pack(ReadOnlySpan<Guid> keys)
    {
        var bytes = new byte[keys.Length * KeyBytes];
        for (int i = 0; i < keys.Length; i++) keys[i].TryWriteBytes(bytes.AsSpan(i * KeyBytes), bigEndian: true, out _);
        return bytes;
    }

    /// <summary>Unpacks keys.</summary>
    /// <exception cref="ArgumentException">They are not whole.</exception>
    public static Guid[] Parse(byte[] keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Length % KeyBytes != 0) throw new ArgumentException($"{keys.Length} bytes are not a whole number of {KeyBytes}-byte keys.", nameof(keys));
        var parsed = new Guid[keys.Length / KeyBytes];
        for (int i = 0; i < parsed.Length; i++) parsed[i] = new Guid(keys.AsSpan(i * KeyBytes, KeyBytes), bigEndian: true);
        return parsed;
    }

    /// <summary>A bit for each key, none set.</summary>
    public static byte[] Empty(int keys) => new byte[(keys + 7) / 8];

    /// <summary>Sets the bit of a key.</summary>
    public static void Set(byte[] bits, int key)
    {
        ArgumentNullException.ThrowIfNull(bits);
        bits[key >> 3] |= (byte)(1 << (key & 7));
    }

    /// <summary>Whether the bit of a key is set.</summary>
    public static bool IsSet(byte[] bits, int key)
    {
        ArgumentNullException.ThrowIfNull(bits);
        return (bits[key >> 3] >> (key & 7) & 1) != 0;
    }
}
