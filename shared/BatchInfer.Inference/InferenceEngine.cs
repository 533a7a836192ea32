using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>
/// A loaded model. Any number of calls may run at once; they share the runs side by side, the earlier call first.
/// </summary>
/// <remarks>
/// Each call tokenises ahead of the runs in windows, sorts the rows of a window by length, packs them to a budget of padded
/// tokens, and gives back each batch when it is done.
/// </remarks>
public sealed class InferenceEngine : IDisposable, IAsyncDisposable
{
    private readonly ModelPackage _package;
    private readonly TextTokenizer _tokenizer;
    private readonly OnnxModel? _model;
    private readonly RunSlots? _slots;
    private readonly Lazy<TextGenerator>? _generator;
    private readonly int _maxBatchTokens, _maxBatchesInFlight;
    private readonly CancellationTokenSource _disposing = new();
    private int _disposed;

    private InferenceEngine(ModelPackage package, InferenceOptions options, RunLayout layout)
    {
        _package = package;
        Device = options.Provider.ToString().ToLowerInvariant();
        _tokenizer = TextTokenizer.Load(package.Directory);
        // A masked model is scored seldom: only then is its graph opened once more.
        if (package.Generation is not null) _generator = new Lazy<TextGenerator>(() => new TextGenerator(package, _tokenizer, options));
        if (package.Outputs.Count == 0)
        {
            _ = _generator!.Value;
            return;
        }

        _model = new OnnxModel(package, options.Provider, layout.ThreadsPerRun);
        _maxBatchTokens = layout.MaxBatchTokens;
        // Those that run, those that are queued, and as many that the reader has not taken yet.
        _maxBatchesInFlight = 4 * layout.ParallelRuns;
        // Without a mask the padding would count as text.
        bool rowByRow = RowsChangeEachOther() || package.Graph.IsDynamicallyQuantized || package.Graph.FindInput("attention_mask") is null;
        var runner = new BatchRunner(
            _model, rowByRow, new RunMetrics(package.Descriptor.Name, layout.MaxBatchTokens), TimeSpan.FromMicroseconds(options.SimulatedMicrosecondsPerToken));
        _slots = new RunSlots(layout, package.Descriptor.Name, runner.Run);
    }

    /// <summary>What the model is and can do.</summary>
    public ModelDescriptor Descriptor => _package.Descriptor;

    /// <summary>Where it is computed, e.g. <c>cpu</c>.</summary>
    public string Device { get; }

    /// <summary>Padded tokens that one batch may have; 0 where the model only writes texts.</summary>
    public int MaxBatchTokens => _maxBatchTokens;

    /// <summary>Loads a model: opens its session, reads its tokenizer, and runs it once.</summary>
    /// <exception cref="ModelFormatException">The graph or the tokenizer cannot be used, or they do not fit.</exception>
    public static InferenceEngine Load(ModelPackage package, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(options);
        return Load(package, options, Calibration.Choose(package, options));
    }

    internal static InferenceEngine Load(ModelPackage package, InferenceOptions options, RunLayout layout) => new(package, options, layout);

    /// <summary>Predicts some inputs.</summary>
    /// <param name="task">One of the tasks of <see cref="Descriptor"/>.</param>
    /// <param name="parameters">Parameters of the task; the descriptor's defaults stand in for those not set.</param>
    /// <param name="inputs">The inputs; read while the results are enumerated.</param>
    /// <param name="cancellationToken">Ends the call; runs in hand end with their batch.</param>
    /// <returns>One finished batch after another, in any order; together one row for each input.</returns>
    /// <exception cref="RefusedParameterException">The model does not do this task, or a parameter is wrong; thrown here, or when the results are enumerated.</exception>
    /// <exception cref="ModelFormatException">The model's files lack what the task needs; likewise.</exception>
    public IAsyncEnumerable<RowOutput[]> InferAsync(
        string task, InferenceParameters parameters, IReadOnlyList<TextInput> inputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (_generator is not null && TaskCatalog.TakesPrompt(task)) return GenerateAsync(task, parameters, inputs, cancellationToken);
        return InferAsync(EncoderTaskFactory.Create(_package, _tokenizer, task, parameters), inputs, cancellationToken);
    }

    /// <summary>Stops all calls and frees the model.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _disposing.Cancel();
        if (_generator is { IsValueCreated: true } generator) generator.Value.Dispose();
        _slots?.Dispose();
        _model?.Dispose();
        _disposing.Dispose();
    }

    /// <summary>Stops all calls and frees the model; the runs in hand are awaited without holding a thread of the caller.</summary>
    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    private bool RowsChangeEachOther()
    {
        try
        {
            return ModelProbe.Check(_package, _tokenizer, _model!);
        }
        catch
        {
            _model!.Dispose();
            throw;
        }
    }

    private async IAsyncEnumerable<RowOutput[]> GenerateAsync(
        string task, InferenceParameters parameters, IReadOnlyList<TextInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var run = new CallTrace().Start("run");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        await foreach (var rows in _generator!.Value.InferAsync(task, parameters, inputs, stop.Token).ConfigureAwait(false)) yield return rows;
    }

    private async IAsyncEnumerable<RowOutput[]> InferAsync(
        IEncoderTask task, IReadOnlyList<TextInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        using var call = new InferenceCall(task, inputs, _maxBatchesInFlight, stop.Token);
        var feeding = Task.Run(() => FeedAsync(call, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var rows in call.Results.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                call.Taken();
                if (rows.Length > 0) yield return rows;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await feeding.ConfigureAwait(false);
        }
    }

    // Never throws: what goes wrong is the call's result.
    private async Task FeedAsync(InferenceCall call, CancellationToken cancellationToken)
    {
        // One window ahead: tokenising is hundreds of times faster than the model.
        var windows = Channel.CreateBounded<TokenizedWindow>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        var tokenizing = Task.Run(
            () => new WindowTokenizer(_tokenizer, call.EncoderTask, _maxBatchTokens, call.Trace).ProduceAsync(call.Inputs, windows.Writer, cancellationToken), CancellationToken.None);
        try
        {
            await foreach (var window in windows.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                await FeedWindowAsync(call, window, cancellationToken).ConfigureAwait(false);
            call.EndPart();
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
        finally
        {
            await tokenizing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            while (windows.Reader.TryRead(out var unused)) unused.Dispose();
        }
    }

    private async Task FeedWindowAsync(InferenceCall call, TokenizedWindow window, CancellationToken cancellationToken)
    {
        try
        {
            if (window.Failed.Count > 0)
            {
                await call.StartBatchAsync(cancellationToken).ConfigureAwait(false);
                call.Finish([.. window.Failed]);
            }

            int start = 0;
            foreach (int end in window.BatchEnds)
            {
                await call.StartBatchAsync(cancellationToken).ConfigureAwait(false);
                window.AddReference();
                _slots!.Enqueue(new Batch(call, window, start, end));
                start = end;
            }
        }
        finally
        {
            window.Dispose();
        }
    }
}
