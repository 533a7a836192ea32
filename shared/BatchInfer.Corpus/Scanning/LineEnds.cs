namespace BatchInfer.Corpus;

internal static class LineEnds
{
    /// <summary>The bytes without one LF, CRLF or final CR at their end.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes) => bytes[..TrimmedLength(bytes)];

    /// <summary>How many bytes are left without one LF, CRLF or final CR at their end.</summary>
    public static int TrimmedLength(ReadOnlySpan<byte> bytes)
    {
        var length = bytes.Length;
        if (length > 0 && bytes[length - 1] == '\n') length--;
        if (length > 0 && bytes[length - 1] == '\r') length--;
        return length;
    }
}
