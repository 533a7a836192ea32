using System.Diagnostics;
using System.Diagnostics.Metrics;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker.LoadModel;

/// <summary>
/// The models in memory. Each is loaded when it is first asked for, shared by all who use it, and unloaded when others need its
/// room: the one unused for longest first, never one in use.
/// </summary>
internal sealed partial class LoadedModels : IDisposable
{
    private readonly IOptions<ModelsOptions> _options;
    private readonly IOptions<InferenceOptions> _inference;
    private readonly ILogger<LoadedModels> _logger;
    private readonly Meter _meter;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _clock;

    public LoadedModels(IOptions<ModelsOptions> options, IOptions<InferenceOptions> inference, ILogger<LoadedModels> logger)
    {
        (_options, _inference, _logger) = (options, inference, logger);
        _meter = WorkerMetrics.Watch(Memory);
    }

    /// <summary>Revisions in memory, or on their way.</summary>
    public IReadOnlyCollection<string> Revisions
    {
        get
        {
            lock (_lock) return [.. _entries.Keys];
        }
    }

    /// <summary>Takes a model into use; calls meanwhile wait for the same load.</summary>
    /// <exception cref="PermanentShardException">The model cannot be loaded by anyone.</exception>
    /// <exception cref="ModelNotLoadedException">It could not be loaded now.</exception>
    public async Task<ModelLease> LeaseAsync(ServedModel model, CancellationToken ct)
    {
        var package = model.Package;
        string revision = package.Descriptor.Revision;
        Entry? entry;
        List<Entry> evicted;
        lock (_lock)
        {
            if (!_entries.TryGetValue(revision, out entry))
            {
                evicted = TakeOutIdle(roomFor: package.Descriptor.SizeBytes);
                _entries[revision] = entry = new Entry(package);
                entry.Loading = Task.Run(() => Load(model, evicted), CancellationToken.None);
            }

            entry.Users++;
        }

        try
        {
            return new ModelLease(await entry.Loading.WaitAsync(ct), () => Release(entry));
        }
        catch
        {
            // Not kept: the next shard tries again, so that a full memory or disk is no verdict for ever.
            lock (_lock)
                if (entry.Loading.IsFaulted && _entries.GetValueOrDefault(revision) == entry) _entries.Remove(revision);
            Release(entry);
            throw;
        }
    }

    public void Dispose()
    {
        _meter.Dispose();
        lock (_lock)
        {
            foreach (var entry in _entries.Values)
                if (entry.Loading.IsCompletedSuccessfully) entry.Loading.Result.Dispose();
            _entries.Clear();
        }
    }

    private List<Measurement<long>> Memory()
    {
        lock (_lock)
            return [.. _entries.Values.Where(e => e.Loading is { IsCompletedSuccessfully: true })
                .GroupBy(e => e.Package.Descriptor.Name).Select(g => new Measurement<long>(g.Sum(e => e.Bytes), KeyValuePair.Create<string, object?>("batchinfer.model", g.Key)))];
    }

    private void Release(Entry entry)
    {
        List<Entry> evicted;
        lock (_lock)
        {
            entry.Users--;
            entry.UsedAt = ++_clock;
            evicted = TakeOutIdle(roomFor: 0);
        }

        if (evicted.Count > 0) _ = Task.Run(() => Unload(evicted), CancellationToken.None);
    }

    private List<Entry> TakeOutIdle(long roomFor)
    {
        var taken = new List<Entry>();
        long total = _entries.Values.Sum(e => e.Bytes) + roomFor;
        foreach (var idle in _entries.Values.Where(e => e.Users == 0 && e.Loading.IsCompletedSuccessfully).OrderBy(e => e.UsedAt).ToList())
        {
            if (total <= _options.Value.EffectiveMemoryBytes) break;
            total -= idle.Bytes;
            _entries.Remove(idle.Package.Descriptor.Revision);
            taken.Add(idle);
        }

        return taken;
    }

    private void Unload(List<Entry> entries)
    {
        foreach (var entry in entries)
        {
            entry.Loading.Result.Dispose();
            LogUnloaded(entry.Package.Descriptor.Name);
        }
    }

    private InferenceEngine Load(ServedModel model, List<Entry> evicted)
    {
        var package = model.Package;
        // First the room, then the model.
        Unload(evicted);
        using var activity = Telemetry.Source.StartActivity("load model");
        activity?.SetTag("batchinfer.model", package.Descriptor.Name);
        long started = Stopwatch.GetTimestamp();
        try
        {
            var engine = InferenceEngine.Load(package, _inference.Value);
            // Files replaced since they were digested would be stored as the revision that they were.
            if (!model.IsUnchanged)
            {
                engine.Dispose();
                throw new ModelNotLoadedException(package.Descriptor.Name, "its files have changed; they are read anew");
            }

            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            LogLoaded(package.Descriptor.Name, seconds);
            WorkerMetrics.ModelLoaded(package.Descriptor.Name, seconds);
            return engine;
        }
        catch (ModelFormatException e) when (model.IsUnchanged)
        {
            activity.Fail(e);
            throw new PermanentShardException($"Model '{package.Descriptor.Name}' cannot be loaded: {e.Message}", e);
        }
        catch (Exception e)
        {
            activity.Fail(e);
            if (e is ModelNotLoadedException) throw;
            throw new ModelNotLoadedException(package.Descriptor.Name, e.Message, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded model {Model} in {Seconds:0.00} s")]
    private partial void LogLoaded(string model, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Unloaded model {Model} to make room")]
    private partial void LogUnloaded(string model);

    private sealed class Entry(ModelPackage package)
    {
        public ModelPackage Package => package;

        public long Bytes => package.Descriptor.SizeBytes;

        public Task<InferenceEngine> Loading { get; set; } = null!;

        public int Users { get; set; }

        public long UsedAt { get; set; }
    }
}
