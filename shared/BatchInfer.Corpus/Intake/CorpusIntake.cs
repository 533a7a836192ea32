using System.IO.Compression;
using System.Security.Cryptography;

namespace BatchInfer.Corpus;

/// <summary>Stores an upload as plain bytes, since byte ranges need them.</summary>
public static class CorpusIntake
{
    private const int BufferBytes = 64 * 1024;

    // Less says nothing: a short run of equal lines packs a thousandfold.
    private const long RatioJudgedFrom = 1024 * 1024;

    /// <summary>Copies an upload as it arrives. Gzip, told by its first bytes, is unpacked: all members, one after the other.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="destination">Takes the plain bytes. After an exception it holds a part; the caller removes it.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="cancellationToken">Stops the copy.</param>
    /// <exception cref="CorpusFormatException">Damaged or cut-off gzip, a decompression bomb, or too many bytes.</exception>
    public static async Task<IntakeResult> CopyAsync(
        Stream upload, Stream destination, IntakeLimits limits, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(limits);

        var head = new byte[2];
        var length = await upload.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        var compressed = head is [0x1F, 0x8B];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = compressed
            ? await UnpackAsync(head, upload, destination, hash, limits, cancellationToken)
            : await CopyPlainAsync(head.AsMemory(0, length), upload, destination, hash, limits, cancellationToken);
        return new IntakeResult(bytes, Convert.ToHexStringLower(hash.GetHashAndReset()), compressed);
    }

    private static async Task<long> CopyPlainAsync(
        ReadOnlyMemory<byte> head, Stream upload, Stream destination, IncrementalHash hash, IntakeLimits limits,
        CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        head.CopyTo(buffer);
        long total = 0;
        for (var length = head.Length; length > 0; length = await upload.ReadAsync(buffer, cancellationToken))
        {
            total += length;
            CheckSize(total, limits);
            hash.AppendData(buffer, 0, length);
            await destination.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
        }
        return total;
    }

    private static async Task<long> UnpackAsync(
        byte[] head, Stream upload, Stream destination, IncrementalHash hash, IntakeLimits limits, CancellationToken cancellationToken)
    {
        // GZipStream takes an end in mid-member for the end of the data. So a member of our own goes in behind the
        // upload: it only comes out again when everything before it was whole.
        var seal = RandomNumberGenerator.GetBytes(16);
        using var packed = new SealedUpload(head, upload, Pack(seal));
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);

        var buffer = new byte[BufferBytes];
        var held = 0;
        long total = 0;
        while (true)
        {
            int read;
            try
            {
                read = await unpacked.ReadAsync(buffer.AsMemory(held), cancellationToken);
            }
            catch (InvalidDataException e)
            {
                throw Corrupt(e);
            }
            if (read == 0) break;

            // The last bytes are held back: they may be the seal.
            var ready = Math.Max(0, held + read - seal.Length);
            total += ready;
            CheckSize(total, limits);
            if (total > RatioJudgedFrom && total > packed.UploadBytes * limits.MaxCompressionRatio)
                throw TooPacked(limits);
            hash.AppendData(buffer, 0, ready);
            await destination.WriteAsync(buffer.AsMemory(0, ready), cancellationToken);
            held = held + read - ready;
            buffer.AsSpan(ready, held).CopyTo(buffer);
        }
        return buffer.AsSpan(0, held).SequenceEqual(seal) ? total : throw Corrupt(null);
    }

    private static void CheckSize(long total, IntakeLimits limits)
    {
        if (total > limits.MaxBytes)
            throw new CorpusFormatException(CorpusErrorCodes.TooLarge,
                $"The corpus has more than {limits.MaxBytes} bytes, the most that is taken. Split it.");
    }

    private static CorpusFormatException TooPacked(IntakeLimits limits) => new(
        CorpusErrorCodes.CompressionRatio,
        $"The corpus unpacks to more than {limits.MaxCompressionRatio} times its size. Give it uncompressed if that is right.");

    private static CorpusFormatException Corrupt(Exception? inner) => new(
        CorpusErrorCodes.CorruptGzip,
        "The corpus is gzip, but damaged, cut off, or followed by something else. Pack it again.",
        inner);

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
