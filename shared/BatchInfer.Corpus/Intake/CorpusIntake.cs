using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;

namespace BatchInfer.Corpus;

/// <summary>Takes an upload in: unpacks gzip as it arrives, since byte ranges need plain bytes, and digests what is stored.</summary>
public static class CorpusIntake
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Unpacked bytes before a compression ratio means anything.</summary>
    private const long RatioFloor = 16 << 20;

    /// <summary>Copies an upload, unpacked, to its place.</summary>
    /// <param name="upload">The bytes as they come; gzip is told by its magic number, never by a name.</param>
    /// <param name="destination">Where the plain bytes go.</param>
    /// <param name="limits">How much it may hold.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="CorpusFormatException">Its gzip is corrupt or cut off, or it breaks a limit.</exception>
    public static async Task<IntakeResult> CopyAsync(Stream upload, Stream destination, IntakeLimits limits, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(limits);
        var start = new byte[2];
        int known = await upload.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, ct);
        await using var packed = new RejoinedStream(start.AsMemory(0, known), upload);
        bool compressed = known == 2 && (start[0], start[1]) is (0x1F, 0x8B);
        await using Stream plain = compressed ? new GZipStream(packed, CompressionMode.Decompress) : packed;

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        long bytes = 0;
        try
        {
            int read;
            while ((read = await ReadAsync(plain, buffer, ct)) > 0)
            {
                bytes += read;
                if (bytes > limits.MaxBytes)
                    throw new CorpusFormatException("too_large", $"The corpus is larger than {limits.MaxBytes} bytes unpacked. Split it, or raise the limit.");
                if (compressed && bytes > RatioFloor && bytes > packed.BytesRead * limits.MaxCompressionRatio)
                    throw new CorpusFormatException("compression_ratio", $"The gzip unpacks to more than {limits.MaxCompressionRatio} times its size, as a decompression bomb does. Upload it unpacked, or raise the limit.");
                digest.AppendData(buffer, 0, read);
                await destination.WriteAsync(buffer.AsMemory(0, read), ct);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        await destination.FlushAsync(ct);
        return new IntakeResult(bytes, Convert.ToHexStringLower(digest.GetHashAndReset()), compressed);
    }

    private static async ValueTask<int> ReadAsync(Stream plain, byte[] buffer, CancellationToken ct)
    {
        try
        {
            return await plain.ReadAsync(buffer.AsMemory(0, BufferBytes), ct);
        }
        catch (InvalidDataException e) when (plain is GZipStream)
        {
            throw new CorpusFormatException("corrupt_gzip", $"The gzip is corrupt or cut off: {e.Message} Test it with gzip -t and upload it again.", e);
        }
    }
}
