using System.Collections.Concurrent;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Corpus;

namespace BatchInfer.Coordinator.Files;

/// <summary>Corpora wherever they lie: in the store of this service, or objects elsewhere that are read where they are.</summary>
internal sealed class Corpora(FileStore files, ObjectStorage objects, TimeProvider time)
{
    // A few hundred bytes each; what is gone is asked for again.
    private const int MostKnown = 10_000;

    // An id says what the object is and where, so what is known of one never changes.
    private readonly ConcurrentDictionary<string, CorpusPlace> _known = new(StringComparer.Ordinal);

    /// <summary>Enters an object under an id of its own, the same while it is unchanged. Gzip is fetched and unpacked into the store.</summary>
    /// <exception cref="ObjectStorageException">It may not or cannot be read.</exception>
    /// <exception cref="CorpusFormatException">It is packed in a way that is not unpacked, or badly.</exception>
    public async Task<FileResource> AddAsync(ObjectAddress address, RecordFormat format, CancellationToken ct)
    {
        var version = await objects.DescribeAsync(address, ct);
        byte[] head = new byte[(int)Math.Min(PackedFormats.HeadBytes, version.Bytes)];
        await using (var start = objects.OpenRange(address, version, 0, head.Length)) await start.ReadExactlyAsync(head, ct);
        string filename = address.FileName is { Length: > 0 and <= 255 } name ? name : $"object.{UploadReader.NameOf(format)}";
        if (PackedFormats.NameOf(head) is { } packed)
            throw new CorpusFormatException(CorpusErrorCodes.UnsupportedCompression,
                $"The object {address.Shown} is {packed}. A corpus is JSONL, CSV or plain text, as it is or packed by gzip.");
        if (PackedFormats.IsGzip(head))
        {
            // Ranges need plain bytes.
            await using var whole = objects.OpenRead(address, version);
            return await files.AddAsync(whole, filename, format, ct);
        }

        return await files.EnterAsync(new CorpusFile
        {
            Id = FileStore.Id($"{format}\n{address.Uri.OriginalString}\n{Write(version)}"), Filename = filename, Bytes = version.Bytes, Format = format,
            Sha256 = "", CreatedAt = time.GetDatabaseNow(), Url = address.Uri.OriginalString, Version = Write(version),
        }, ct);
    }

    /// <summary>Opens a corpus; the stream can be read from anywhere.</summary>
    /// <exception cref="FileNotFoundException">There is none of this id.</exception>
    /// <exception cref="ObjectStorageException">It is an object that may not be read. Reading throws it too.</exception>
    public async Task<Stream> OpenReadAsync(string id, CancellationToken ct)
    {
        var place = await FindAsync(id, ct);
        return place.Object is { } address ? objects.OpenRead(address, place.Version!) : files.OpenRead(id);
    }

    /// <summary>Sees that an object is still what it was.</summary>
    /// <exception cref="ObjectStorageException">It is not, or cannot be read.</exception>
    public async Task CheckAsync(string id, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is { Object: { } address, Version: { } version }) await objects.CheckAsync(address, version, ct);
    }

    /// <summary>Where workers read a corpus, and of an object what it was.</summary>
    public async Task<(Uri Address, CorpusVersion? Version)> AddressForWorkersAsync(string id, CancellationToken ct)
    {
        var place = await FindAsync(id, ct);
        return place.Object is { } address ? (address.Uri, place.Version) : (files.AddressForWorkers(id), null);
    }

    private async Task<CorpusPlace> FindAsync(string id, CancellationToken ct)
    {
        if (_known.TryGetValue(id, out var known)) return known;
        // One that is deleted meanwhile is not on the disk either.
        if (await files.FindAsync(id, ct) is not { } file) return new CorpusPlace(null, null);
        var place = file.Url is null
            ? new CorpusPlace(null, null)
            : new CorpusPlace(ObjectAddress.Parse(file.Url), JsonSerializer.Deserialize<CorpusVersion>(file.Version!, ApiJson.Options));
        if (_known.Count >= MostKnown) _known.Clear();
        return _known[id] = place;
    }

    private static string Write(CorpusVersion version) => JsonSerializer.Serialize(version, ApiJson.Options);

    private sealed record CorpusPlace(ObjectAddress? Object, CorpusVersion? Version);
}
