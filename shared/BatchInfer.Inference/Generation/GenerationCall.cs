using System.Threading.Channels;

namespace BatchInfer.Inference;

/// <summary>One call's way through the generation: its parameters, how many of its inputs are on the way, and their results.</summary>
internal sealed class GenerationCall : IDisposable
{
    private readonly SemaphoreSlim _credits;
    private readonly CancellationTokenSource _stop;

    // Inputs are let in by groups: one for each that ends would start nearly alone, and a start's cost hardly depends on its rows.
    private readonly int _group;
    private int _taken;
    private int _pending = 1;

    // Unbounded, but a result enters only for a credit: rows of other calls never wait for a slow reader of this one.
    private readonly Channel<GenerationResult> _results = Channel.CreateUnbounded<GenerationResult>(new UnboundedChannelOptions { SingleReader = true });

    /// <param name="settings">Parameters over the model's defaults.</param>
    /// <param name="isEncoderDecoder">Whether the model has an encoder.</param>
    /// <param name="maxInputsInFlight">Inputs on the way at once: wide enough that many are of one length.</param>
    /// <param name="stop">Ends it from outside.</param>
    public GenerationCall(GenerationSettings settings, bool isEncoderDecoder, int maxInputsInFlight, CancellationToken stop)
    {
        Settings = settings;
        Rules = new LogitRules(settings, isEncoderDecoder);
        Sampler = new TokenSampler(settings);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Stop = _stop.Token;
        _credits = new SemaphoreSlim(maxInputsInFlight);
        _group = Math.Max(1, maxInputsInFlight / 4);
    }

    public GenerationSettings Settings { get; }

    public LogitRules Rules { get; }

    public TokenSampler Sampler { get; }

    /// <summary>Texts that end a text, or null.</summary>
    public StopStrings? StopStrings { get; init; }

    /// <summary>How texts are scored, or null where they are written.</summary>
    public TextScoring? Scoring { get; init; }

    /// <summary>Fires when nobody waits for the results any more.</summary>
    public CancellationToken Stop { get; }

    public ChannelReader<GenerationResult> Results => _results.Reader;

    /// <summary>Waits until one more input may be on the way.</summary>
    public async Task StartInputAsync(CancellationToken cancellationToken)
    {
        await _credits.WaitAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _pending);
    }

    /// <summary>The reader took some results. Only one reader may say so.</summary>
    public void Taken(int count)
    {
        _taken += count;
        if (_taken < _group) return;
        _credits.Release(_taken);
        _taken = 0;
    }

    public void Finish(in GenerationResult result)
    {
        _results.Writer.TryWrite(result);
        EndPart();
    }

    /// <summary>Ends an input without a result, or the feeding of inputs; the last one closes the results.</summary>
    public void EndPart()
    {
        if (Interlocked.Decrement(ref _pending) == 0) _results.Writer.TryComplete();
    }

    public void Fail(Exception exception) => _results.Writer.TryComplete(exception);

    /// <summary>Nobody waits for the results any more: neither inputs nor rows go on.</summary>
    public Task EndAsync() => _stop.CancelAsync();

    public void Dispose()
    {
        _stop.Dispose();
        _credits.Dispose();
    }
}
