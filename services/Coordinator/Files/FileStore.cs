using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Corpus;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Files;

/// <summary>
/// Corpora on disk, unpacked, named by the digest of their bytes. A file is complete or not there: it is written aside,
/// flushed, renamed, and only then entered in the table.
/// </summary>
internal sealed class FileStore
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private readonly CoordinatorDatabase _database;
    private readonly FilesOptions _options;
    private readonly TimeProvider _time;
    private readonly string _folder;
    private readonly string _incoming;

    public FileStore(CoordinatorDatabase database, IOptions<FilesOptions> options, TimeProvider time)
    {
        (_database, _options, _time) = (database, options.Value, time);
        if (!_options.SharedWithWorkers && _options.PublicUrl is null)
            throw new OptionsValidationException(FilesOptions.Section, typeof(FilesOptions),
                ["Files:PublicUrl is not set. Give this service's address as workers reach it, e.g. Files__PublicUrl=http://coordinator:8080; or Files__SharedWithWorkers=true where they see the same folder."]);
        _folder = Path.GetFullPath(_options.Folder!);
        _incoming = Path.Combine(_folder, "incoming");
        Directory.CreateDirectory(_incoming);
        // What an upload of long ago left behind when its process died.
        foreach (string stale in Directory.EnumerateFiles(_incoming))
            if (_time.GetUtcNow() - File.GetLastWriteTimeUtc(stale) > TimeSpan.FromDays(1)) File.Delete(stale);
    }

    /// <summary>Stores a corpus as it arrives; equal bytes in an equal format are one file.</summary>
    /// <exception cref="CorpusFormatException">It cannot be unpacked, or is too large.</exception>
    public async Task<FileResource> AddAsync(Stream upload, string filename, RecordFormat format, CancellationToken ct)
    {
        string incoming = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        try
        {
            IntakeResult intake;
            await using (var file = new FileStream(incoming, new FileStreamOptions
                { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous }))
            {
                intake = await CorpusIntake.CopyAsync(upload, file, new IntakeLimits(_options.MaxBytes, _options.MaxCompressionRatio), ct);
                file.Flush(flushToDisk: true);
            }

            string id = Id($"{format}\n{intake.Sha256}");
            File.Move(incoming, PathOf(id), overwrite: true);
            return await EnterAsync(new CorpusFile
            {
                Id = id, Filename = filename, Bytes = intake.Bytes, Format = format, Sha256 = intake.Sha256, CreatedAt = _time.GetDatabaseNow(),
            }, ct);
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <summary>The file, or null.</summary>
    public async Task<CorpusFile?> FindAsync(string id, CancellationToken ct)
    {
        await using var context = await _database.OpenAsync(ct);
        return await context.Files.AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, ct);
    }

    /// <summary>Opens a stored corpus.</summary>
    public FileStream OpenRead(string id) => new(PathOf(id), new FileStreamOptions
    {
        Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    });

    /// <summary>A file for passing work, on the disk that holds corpora; it goes with its stream.</summary>
    public FileStream OpenScratch() => new(Path.Combine(_incoming, Guid.NewGuid().ToString("N")), new FileStreamOptions
    {
        Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0, Options = FileOptions.DeleteOnClose,
    });

    /// <summary>Where corpora are kept.</summary>
    public string Folder => _folder;

    /// <summary>What a worker can read if it can read corpora: a file of one byte in the same folder, or this service's address.</summary>
    public CorpusProbe OpenProbe()
    {
        if (!_options.SharedWithWorkers) return new CorpusProbe(new Uri(_options.PublicUrl!, "/health/live"), null);
        // Others may read it while it is open, and it goes with its stream.
        var file = new FileStream(Path.Combine(_incoming, Guid.NewGuid().ToString("N")), new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.DeleteOnClose,
        });
        file.WriteByte((byte)'\n');
        return new CorpusProbe(new Uri(new Uri(file.Name).AbsoluteUri), file);
    }

    /// <summary>Removes a corpus from the table and the disk.</summary>
    public async Task DeleteAsync(string id, CancellationToken ct)
    {
        await using var context = await _database.OpenAsync(ct);
        await context.Files.Where(f => f.Id == id).ExecuteDeleteAsync(ct);
        string aside = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        try
        {
            File.Move(PathOf(id), aside);
        }
        catch (FileNotFoundException)
        {
            return;
        }

        // The same bytes may have come again meanwhile, and been entered as this file.
        if (await context.Files.AnyAsync(f => f.Id == id, CancellationToken.None)) File.Move(aside, PathOf(id), overwrite: true);
        else File.Delete(aside);
    }

    /// <summary>Where workers read it.</summary>
    public Uri AddressForWorkers(string id) => _options.SharedWithWorkers
        // By way of AbsoluteUri: what was made from a bare path is written to JSON as that path, and read back as a relative address.
        ? new Uri(new Uri(PathOf(id)).AbsoluteUri)
        : new Uri(_options.PublicUrl!, $"/v1/files/{id}/content");

    /// <summary>Its place on disk.</summary>
    /// <exception cref="ArgumentException">The id is none that this store makes.</exception>
    public string PathOf(string id) => IsId(id) ? Path.Combine(_folder, id) : throw new ArgumentException($"'{id}' is no file id.", nameof(id));

    /// <summary>True for ids of the form this store makes: nothing else ever becomes part of a path.</summary>
    public static bool IsId(string id) => id.Length == 29 && id.StartsWith("file-", StringComparison.Ordinal) && id.AsSpan(5).IndexOfAnyExcept(HexDigits) < 0;

    /// <summary>The id that stands for a description of a corpus.</summary>
    public static string Id(string description) =>
        $"file-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(description)).AsSpan(0, 12))}";

    /// <summary>Enters a corpus in the table, where it is not yet.</summary>
    public async Task<FileResource> EnterAsync(CorpusFile file, CancellationToken ct)
    {
        await using var context = await _database.OpenAsync(ct);
        var stored = await context.Files.SingleOrDefaultAsync(f => f.Id == file.Id, ct);
        if (stored is not null) return stored.ToResource();
        context.Files.Add(file);
        try
        {
            await context.SaveChangesAsync(ct);
        }
        catch (DbUpdateException) when (!ct.IsCancellationRequested)
        {
            // The same bytes came twice at once.
            context.ChangeTracker.Clear();
            return (await context.Files.SingleAsync(f => f.Id == file.Id, ct)).ToResource();
        }

        return file.ToResource();
    }
}
