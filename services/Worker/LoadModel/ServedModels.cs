using System.Collections.Concurrent;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.Worker.FetchModels;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker.LoadModel;

/// <summary>The models in this worker's folders. Looked for at start and again from time to time.</summary>
internal sealed partial class ServedModels
{
    private readonly ModelsOptions _options;
    private readonly LoadedModels _loaded;
    private readonly FetchedModels _fetched;
    private readonly ILogger<ServedModels> _logger;
    private readonly Dictionary<string, Folder> _folders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _refused = new(StringComparer.Ordinal);
    private volatile Snapshot _snapshot = new([], new Dictionary<string, ServedModel>());
    private Snapshot? _unpublished;

    public ServedModels(IOptions<ModelsOptions> options, LoadedModels loaded, FetchedModels fetched, ILogger<ServedModels> logger)
    {
        (_options, _loaded, _fetched, _logger) = (options.Value, loaded, fetched, logger);
        if (_options.Folder is { } folder && !Directory.Exists(folder)) LogProblem($"The models folder {Path.GetFullPath(folder)} does not exist. Create it, or name another one.");
        // At start a folder is taken as it stands; later only when it has not changed since the last look.
        Publish(Look(settled: false)!);
        if (_snapshot.Descriptors.Count == 0 && _options.Source is null) LogNone();
    }

    /// <summary>What this worker announces.</summary>
    public IReadOnlyList<ModelDescriptor> Descriptors => _snapshot.Descriptors;

    /// <summary>Revisions served, each once.</summary>
    public IReadOnlyCollection<string> Revisions => [.. _snapshot.Packages.Keys];

    /// <summary>Takes the model of a revision into use, loading it where it is not loaded.</summary>
    /// <exception cref="ModelNotLoadedException">This worker does not have it, or it cannot be loaded now.</exception>
    /// <exception cref="PermanentShardException">It cannot be loaded by anyone.</exception>
    public Task<ModelLease> LeaseAsync(string revision, CancellationToken ct) => _loaded.LeaseAsync(Find(revision), ct);

    /// <summary>The files of a revision.</summary>
    /// <exception cref="ModelNotLoadedException">This worker does not have it: it went while a shard was on its way. Others may.</exception>
    public ModelPackage Package(string revision) => Find(revision).Package;

    /// <summary>Looks whether models came, changed or went.</summary>
    /// <returns>What there is now, to be published when its queues are there; null when nothing changed.</returns>
    public Snapshot? Refresh() => _unpublished = Look(settled: true) ?? _unpublished;

    /// <summary>Serves and announces what was found.</summary>
    public void Publish(Snapshot snapshot)
    {
        foreach (var (revision, model) in snapshot.Packages)
            if (!_snapshot.Packages.ContainsKey(revision)) LogServed(model.Package.Descriptor.Name, revision[..12]);
        foreach (var (revision, model) in _snapshot.Packages)
            if (!snapshot.Packages.ContainsKey(revision)) LogGone(model.Package.Descriptor.Name, revision[..12]);
        _snapshot = snapshot;
        _unpublished = null;
    }

    /// <summary>By model, what is wrong with its files now; and under the folder's name what cannot be served.</summary>
    public Dictionary<string, string> Problems()
    {
        var problems = new Dictionary<string, string>(_refused, StringComparer.Ordinal);
        foreach (var (_, model) in _snapshot.Packages)
            if (Unreadable(model.Package.Directory) is { } problem) problems[model.Package.Descriptor.Name] = problem;
        if (_snapshot.Descriptors.Count == 0 && problems.Count == 0) problems["models"] = "this worker serves none";
        return problems;
    }

    private static string? Unreadable(string directory)
    {
        try
        {
            foreach (string path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
                using (File.OpenRead(path))
                {
                }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private ServedModel Find(string revision) => _snapshot.Packages.TryGetValue(revision, out var model)
        ? model
        : throw new ModelNotLoadedException(ModelReference.Abbreviate(revision), "this worker does not have it any more");

    private Snapshot? Look(bool settled)
    {
        var directories = Directories();
        bool changed = !settled;
        foreach (string gone in _folders.Keys.Except(directories.Select(d => d.Key)).ToList()) changed |= _folders.Remove(gone);
        foreach (var (key, name, directory) in directories)
        {
            var folder = _folders.TryGetValue(key, out var known) ? known : _folders[key] = new Folder();
            changed |= folder.Update(FolderSignature.Of(directory), settled, () => Read(name, directory));
        }

        if (!changed) return null;
        var packages = new Dictionary<string, ServedModel>(StringComparer.Ordinal);
        var all = _folders.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => f.Value.Models).ToList();
        // One folder under two names is one revision: it is served once, under each name.
        foreach (var model in all) packages.TryAdd(model.Package.Descriptor.Revision, model);
        return new Snapshot([.. all.Select(m => m.Package.Descriptor)], packages);
    }

    private List<(string Key, string Name, string Directory)> Directories()
    {
        var found = new List<(string, string, string)>();
        if (_options.Folder is { } root && Directory.Exists(root))
            foreach (string directory in Directory.EnumerateDirectories(root))
                if (Path.GetFileName(directory) is { } name && !name.StartsWith('.')) found.Add((directory, name, directory));
        foreach (var (name, directory) in _options.Named) found.Add(($"{name}={directory}", name, directory));
        foreach (var (name, directory) in _fetched.Models) found.Add(($"{name}={directory}", name, directory));
        found.RemoveAll(f => !Directory.Exists(f.Item3) && Complain($"The model folder {f.Item3} does not exist."));
        return found;
    }

    private bool Complain(string problem)
    {
        LogProblem(problem);
        return true;
    }

    private IReadOnlyList<ModelPackage> Read(string name, string directory)
    {
        var scan = ModelPackage.ReadFolder(name, directory);
        _refused.TryRemove(name, out _);
        foreach (string problem in scan.Problems)
        {
            _refused[name] = problem;
            LogProblem(problem);
        }

        return scan.Models;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Serves model {Model}, revision {Revision}")]
    private partial void LogServed(string model, string revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "No longer serves model {Model}, revision {Revision}")]
    private partial void LogGone(string model, string revision);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A model is not served: {Problem}")]
    private partial void LogProblem(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No model is served. Set Models__Folder to a folder whose subfolders hold config.json, tokenizer.json and onnx/model.onnx, or Models__Source to a coordinator's address")]
    private partial void LogNone();

    /// <summary>What is served at one time.</summary>
    /// <param name="Descriptors">Under every name.</param>
    /// <param name="Packages">By revision.</param>
    internal sealed record Snapshot(IReadOnlyList<ModelDescriptor> Descriptors, IReadOnlyDictionary<string, ServedModel> Packages);

    private sealed class Folder
    {
        private string? _read, _seen;

        public IReadOnlyList<ServedModel> Models { get; private set; } = [];

        /// <summary>Reads the folder again where it changed and, when asked for, has settled: a model may be copied there at this moment.</summary>
        public bool Update(string signature, bool settled, Func<IReadOnlyList<ModelPackage>> read)
        {
            if (signature == _read) return false;
            bool stands = signature == _seen;
            _seen = signature;
            if (settled && !stands) return false;
            (_read, Models) = (signature, [.. read().Select(p => new ServedModel(p, signature))]);
            return true;
        }
    }
}
