using System.Collections.Concurrent;
using System.Diagnostics;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker.LoadModel;

/// <summary>The models in this worker's folders. Found at start, each loaded when its first shard comes.</summary>
internal sealed partial class ServedModels : IDisposable
{
    private readonly Dictionary<string, ModelPackage> _packages = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task<InferenceEngine>> _engines = new(StringComparer.Ordinal);
    private readonly InferenceOptions _inference;
    private readonly ILogger<ServedModels> _logger;

    public ServedModels(IOptions<ModelsOptions> options, IOptions<InferenceOptions> inference, ILogger<ServedModels> logger)
    {
        (_inference, _logger) = (inference.Value, logger);
        var found = new List<ModelPackage>();
        if (options.Value.Folder is { } folder)
        {
            var scan = ModelPackage.Scan(folder);
            foreach (string problem in scan.Problems) LogProblem(problem);
            found.AddRange(scan.Models);
        }

        foreach (var (name, directory) in options.Value.Named)
        {
            try
            {
                found.AddRange(ModelPackage.Read(name, directory));
            }
            catch (ModelFormatException e)
            {
                // The other models are served all the same.
                LogProblem(e.Message);
            }
        }

        foreach (var package in found)
        {
            // One folder under two names is one revision: it is served once, under each name.
            _packages.TryAdd(package.Descriptor.Revision, package);
            LogServed(package.Descriptor.Name, package.Descriptor.Revision[..12]);
        }

        Descriptors = [.. found.Select(p => p.Descriptor)];
        if (found.Count == 0) LogNone();
    }

    /// <summary>What this worker announces.</summary>
    public IReadOnlyList<ModelDescriptor> Descriptors { get; }

    /// <summary>Revisions served, each once.</summary>
    public IReadOnlyCollection<string> Revisions => _packages.Keys;

    /// <summary>The engine of a revision, loaded at the first call; calls meanwhile wait for the same load.</summary>
    /// <exception cref="PermanentShardException">This worker does not have it, or it cannot be loaded.</exception>
    public Task<InferenceEngine> EngineAsync(string revision, CancellationToken ct)
    {
        var package = Package(revision);
        var loading = new TaskCompletionSource<InferenceEngine>(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = _engines.GetOrAdd(revision, loading.Task);
        if (engine == loading.Task) _ = Task.Run(() => Load(package, loading), CancellationToken.None);
        return engine.WaitAsync(ct);
    }

    /// <summary>The files of a revision.</summary>
    /// <exception cref="PermanentShardException">This worker does not have it.</exception>
    public ModelPackage Package(string revision) => _packages.TryGetValue(revision, out var package)
        ? package
        : throw new PermanentShardException($"This worker has no model of revision {revision}.");

    public void Dispose()
    {
        foreach (var engine in _engines.Values)
            if (engine.IsCompletedSuccessfully) engine.Result.Dispose();
    }

    private void Load(ModelPackage package, TaskCompletionSource<InferenceEngine> loading)
    {
        using var activity = Telemetry.Source.StartActivity("load model");
        activity?.SetTag("batchinfer.model", package.Descriptor.Name);
        long started = Stopwatch.GetTimestamp();
        try
        {
            loading.SetResult(InferenceEngine.Load(package, _inference));
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            LogLoaded(package.Descriptor.Name, seconds);
        }
        catch (Exception e)
        {
            // Not kept: the next shard tries again, so that a full memory or disk is no verdict for ever.
            _engines.TryRemove(package.Descriptor.Revision, out _);
            loading.SetException(e is ModelFormatException
                ? new PermanentShardException($"Model '{package.Descriptor.Name}' cannot be loaded: {e.Message}", e)
                : new ModelNotLoadedException(package.Descriptor.Name, e));
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Serves model {Model}, revision {Revision}")]
    private partial void LogServed(string model, string revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded model {Model} in {Seconds:0.00} s")]
    private partial void LogLoaded(string model, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A model is not served: {Problem}")]
    private partial void LogProblem(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No model is served. Set Models__Folder to a folder whose subfolders hold config.json, tokenizer.json and onnx/model.onnx")]
    private partial void LogNone();
}
