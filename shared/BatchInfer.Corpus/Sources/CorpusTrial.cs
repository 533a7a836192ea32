using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Tries whether a corpus can be read from this process, by reading its first bytes.</summary>
/// <remarks>
/// Thread-safe. Held to what jobs are held to: of objects those that the operator's settings allow, reached in the same guarded way; of
/// files those below the folders named.
/// </remarks>
public sealed class CorpusTrial
{
    private const int FirstBytes = 4096, MaxLength = 4096;

    private readonly ObjectStorage _objects;
    private readonly AllowedRoots _roots;
    private readonly string _rootsSetting;
    private volatile Task? _hangs;

    /// <param name="objects">Reads objects.</param>
    /// <param name="roots">Folders below which files may be read.</param>
    /// <param name="rootsSetting">The setting that names these folders, for advice.</param>
    public CorpusTrial(ObjectStorage objects, IReadOnlyList<string> roots, string rootsSetting)
    {
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(roots);
        (_objects, _roots, _rootsSetting) = (objects, new AllowedRoots(roots), rootsSetting);
    }

    /// <summary>The longest that a try takes: enough for credentials that are looked for in several places.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Reads the address of an object, or the path of a file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address; of a path a <c>file:</c> address.</param>
    /// <param name="problem">Why it is none, in a sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? address, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        (address, problem) = (null, null);
        if (ObjectAddress.IsOne(text))
        {
            if (ObjectAddress.TryParse(text, out var named, out problem)) address = named.Uri;
            return address is not null;
        }

        if (text.Length > MaxLength || text.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0)
            problem = $"A path has at most {MaxLength} characters, and no control characters.";
        else if (!(Path.IsPathFullyQualified(text) || text.StartsWith("file:///", StringComparison.OrdinalIgnoreCase)) || !Uri.TryCreate(text, UriKind.Absolute, out var file) || !file.IsFile)
            problem = "Give an address that begins with s3://, az:// or https://, or the whole path of a file as coordinator and workers see it.";
        else
            // By way of AbsoluteUri: what was made from a bare path is written to JSON as that path, and read back as a relative address.
            address = new Uri(file.AbsoluteUri);
        return address is not null;
    }

    /// <summary>Tries it, within <see cref="Patience"/>.</summary>
    /// <param name="address">As <see cref="TryParse"/> gave it.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    public async Task<InputTried> RunAsync(Uri address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            return address.IsFile ? await TryFileAsync(address, timeout.Token) : await TryObjectAsync(ObjectAddress.Parse(address.OriginalString), timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new InputTried(false, string.Create(CultureInfo.InvariantCulture, $"It cannot be read within {Patience.TotalSeconds} s."), address.IsFile
                ? "See whether the shared folder answers on this machine; a mount whose server is gone hangs like this."
                : AdviceOn(ObjectFault.Unavailable));
        }
        catch (ObjectStorageException e)
        {
            return new InputTried(false, e.Message, AdviceOn(e.Fault), e.Fault == ObjectFault.NotAllowed);
        }
        catch (Exception e) when (e is IOException or NotSupportedException or ArgumentException or HttpRequestException)
        {
            return new InputTried(false, e.Message, "See that the address is right, and what the log of the process says.");
        }
    }

    // Nothing ends a call into a mount that hangs: it must hold none of the threads that all share, and as long as one hangs no other is made.
    private async Task<InputTried> TryFileAsync(Uri address, CancellationToken ct)
    {
        if (_hangs is { IsCompleted: false } before) await before.WaitAsync(ct);
        var trial = Task.Factory.StartNew(() => TryFile(address), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await trial.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            _hangs = trial;
            throw;
        }
    }

    private static string AdviceOn(ObjectFault fault) => fault switch
    {
        ObjectFault.NotAllowed => $"Allow it by {ObjectStorageOptions.Section}__Allow__N, on the coordinator and every worker alike.",
        ObjectFault.NotSetUp => "Give this process credentials and region, or the account, as docs/object-storage.md says; coordinator and workers each need them.",
        ObjectFault.Missing => "See that the name is right, and that the process asks the same store as you: its endpoint, region and account.",
        ObjectFault.Forbidden => "Give the credentials of this process the right to read it; of a signed address, one that is still good.",
        ObjectFault.Unavailable => "See that this machine reaches the store: its endpoint, name resolution, firewalls and network policies.",
        ObjectFault.NoRanges => "Download it and upload it to the coordinator.",
        ObjectFault.Changed => "It was replaced during the try: try again.",
        _ => "The store's own answer says why.",
    };

    private static InputTried Tell(string what, long bytes, ReadOnlySpan<byte> head)
    {
        if (PackedFormats.NameOf(head) is { } packed)
            return new InputTried(false, $"{what} is {packed}.", "Unpack it: a corpus is JSONL, CSV or plain text, as it is or packed by gzip.");
        return new InputTried(true, string.Create(CultureInfo.InvariantCulture,
            $"{what} can be read: {bytes:N0} bytes{(PackedFormats.IsGzip(head) ? ", packed by gzip, which the coordinator unpacks into its own store" : "")}"));
    }

    private async Task<InputTried> TryObjectAsync(ObjectAddress address, CancellationToken ct)
    {
        var version = await _objects.DescribeAsync(address, ct);
        var head = new byte[(int)Math.Min(FirstBytes, version.Bytes)];
        if (head.Length > 0)
        {
            await using var range = _objects.OpenRange(address, version, 0, head.Length);
            await range.ReadExactlyAsync(head, ct);
        }

        return Tell(address.Shown, version.Bytes, head);
    }

    private InputTried TryFile(Uri address)
    {
        string path;
        try
        {
            path = _roots.Resolve(address);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new InputTried(false, e.Message,
                $"Only what lies below the folders of {_rootsSetting} is read; others are uploaded. The path counts as the process sees it, in a container within that.", IsRefused: true);
        }

        if (Directory.Exists(path)) return new InputTried(false, $"{path} is a folder.", "Name a file.");
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            return new InputTried(false, $"There is no folder {Path.GetDirectoryName(path)} here.", "Mount the shared folder on this machine, under the same path as on the coordinator's.");
        if (!File.Exists(path))
            return new InputTried(false, $"There is no file {path} here.", "See that the name is right. If other machines have the file, the shared folder is not mounted here, or another one is.");
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var head = new byte[(int)Math.Min(FirstBytes, file.Length)];
            file.ReadExactly(head);
            return Tell(path, file.Length, head);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new InputTried(false, e.Message, "Make the file and its folders readable for the user that this process runs as.");
        }
    }
}
