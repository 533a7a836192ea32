using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using BatchInfer.Corpus;

namespace BatchInfer.UnitTests.Corpus;

public sealed class CorpusIntakeTests
{
    private static readonly IntakeLimits Wide = new(long.MaxValue, 200);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(65_536)]
    [InlineData(300_000)]
    public async Task Plain_and_packed_uploads_store_the_same_bytes(int length)
    {
        var plain = Letters(length, 1);
        foreach (var (upload, packed) in new[] { (plain, false), (Gzip(plain), true) })
        {
            var stored = new MemoryStream();
            var result = await CorpusIntake.CopyAsync(new TrickleStream(upload), stored, Wide, Ct);
            Assert.Equal(new IntakeResult(length, Convert.ToHexStringLower(SHA256.HashData(plain)), packed), result);
            Assert.Equal(plain, stored.ToArray());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Every_member_of_a_gzip_is_unpacked(int piece)
    {
        var parts = new[] { Letters(50_000, 1), [], Letters(1, 2), Letters(20, 3), Letters(9_000, 4) };
        var stored = new MemoryStream();
        var result = await CorpusIntake.CopyAsync(new TrickleStream([.. parts.SelectMany(Gzip)], piece), stored, Wide, Ct);
        Assert.Equal([.. parts.SelectMany(p => p)], stored.ToArray());
        Assert.Equal(stored.Length, result.Bytes);
    }

    [Fact]
    public async Task A_gzip_cut_off_at_any_byte_is_refused()
    {
        byte[] upload = [.. Gzip(Letters(200, 1)), .. Gzip(Letters(150, 2))];
        var whole = Gzip(Letters(200, 1)).Length;
        for (var length = 2; length < upload.Length; length++)
            if (length != whole) await RefusedAsync(upload[..length], CorpusErrorCodes.CorruptGzip, Wide);

        var stored = Gzip(RandomNumberGenerator.GetBytes(400), CompressionLevel.NoCompression);
        for (var length = 2; length < stored.Length; length++) await RefusedAsync(stored[..length], CorpusErrorCodes.CorruptGzip, Wide);
    }

    [Fact]
    public async Task A_damaged_gzip_is_refused()
    {
        var upload = Gzip(Letters(5_000, 1));
        // Behind the ten bytes of the header, which no checksum covers.
        for (var at = 10; at < upload.Length; at += 13)
        {
            var damaged = upload.ToArray();
            damaged[at] ^= 0x10;
            await RefusedAsync(damaged, CorpusErrorCodes.CorruptGzip, Wide);
        }
        await RefusedAsync([.. upload, 1, 2, 3, 4], CorpusErrorCodes.CorruptGzip, Wide);
        await RefusedAsync([0x1F, 0x8B, .. "no gzip at all"u8], CorpusErrorCodes.CorruptGzip, Wide);
    }

    [Fact]
    public async Task A_bomb_is_refused_before_it_is_stored()
    {
        var bomb = Gzip(new byte[50_000_000]);
        Assert.InRange(await RefusedAsync(bomb, CorpusErrorCodes.CompressionRatio, Wide), 0, 3_000_000);

        // In a second member, behind honest data.
        await RefusedAsync([.. Gzip(Letters(100_000, 1)), .. bomb], CorpusErrorCodes.CompressionRatio, Wide);

        // So little data does no harm.
        await CorpusIntake.CopyAsync(new MemoryStream(Gzip(new byte[1_000_000])), Stream.Null, Wide, Ct);
    }

    [Fact]
    public async Task More_bytes_than_allowed_are_refused_and_not_stored()
    {
        var plain = Letters(200_000, 1);
        foreach (var upload in new[] { plain, Gzip(plain) })
        {
            Assert.InRange(await RefusedAsync(upload, CorpusErrorCodes.TooLarge, new(199_999, 200)), 0, 199_999);
            Assert.Equal(200_000, (await CorpusIntake.CopyAsync(new MemoryStream(upload), Stream.Null, new(200_000, 200), Ct)).Bytes);
        }
    }

    private static async Task<long> RefusedAsync(byte[] upload, string code, IntakeLimits limits)
    {
        var stored = new MemoryStream();
        var e = await Assert.ThrowsAsync<CorpusFormatException>(() => CorpusIntake.CopyAsync(new MemoryStream(upload), stored, limits, Ct));
        Assert.Equal(code, e.Code);
        return stored.Length;
    }

    private static byte[] Letters(int length, int seed) => Encoding.ASCII.GetBytes(new Random(seed).GetItems("abcdefgh \n".AsSpan(), length));

    // Of no bytes GZipStream makes no member; gzip does.
    private static byte[] Gzip(byte[] bytes) => bytes.Length > 0
        ? Gzip(bytes, CompressionLevel.Optimal)
        : [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Gzip(byte[] bytes, CompressionLevel level)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level, leaveOpen: true)) gzip.Write(bytes);
        return packed.ToArray();
    }

    private sealed class TrickleStream(byte[] bytes, int piece = 1_009) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
    }
}
