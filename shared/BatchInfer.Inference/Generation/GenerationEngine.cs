using System.Runtime.CompilerServices;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Writes texts with a model, token by token. Any number of calls may run at once; their rows share the steps.</summary>
internal sealed class GenerationEngine : IDisposable
{
    // Wide enough that many rows are of one length, small enough for a few megabytes.
    private const int MaxInputsInFlight = 4096;

    // Padded from 8 on, words of ten letters took the engine a tenth longer.
    private const int ShortSource = 32;

    // Beginnings of prompts get an eighth of the memory for caches: the rows at work hardly miss it.
    private const int PrefixShare = 8;

    // Of a run that scores texts: 128 MiB, which 220 tokens have with a vocabulary of 152,000.
    private const int MaxLogits = 1 << 25;

    private readonly EncoderGraph? _encoder;
    private readonly DecoderGraph _decoder;
    private readonly PrefixCache? _prefixes;
    private readonly PromptReader _prompts;
    private readonly RowPool _pool;
    private readonly StepSlots _slots;
    private readonly int _contextLength;
    private readonly bool _padsSource;

    /// <exception cref="ModelFormatException">A graph cannot be used.</exception>
    public GenerationEngine(string name, GenerationFiles files, ModelConfig config, InferenceOptions options)
    {
        _contextLength = config.ContextLength;
        _encoder = files.Encoder is { } encoder ? new EncoderGraph(encoder, config.PadTokenId, options.Provider) : null;
        bool alone, inPieces;
        long maxCachedTokens;
        try
        {
            _decoder = new DecoderGraph(files, config.CacheHeads, config.HeadSize, options.Provider);
            maxCachedTokens = options.MaxCacheBytes / Math.Max(1, _decoder.TokenBytes);
            Vocabulary = DecoderProbe.Vocabulary(_encoder, _decoder);
            alone = DecoderProbe.RowsChangeEachOther(_encoder, _decoder) || files.RowsAreEntangled;
            // Read piece by piece, an entangled graph would give other numbers than by the whole.
            inPieces = !alone && _encoder is null && DecoderProbe.TakesLongSteps(_decoder);
            if (inPieces) _prefixes = new PrefixCache(maxCachedTokens / PrefixShare);
        }
        catch
        {
            _decoder?.Dispose();
            _encoder?.Dispose();
            throw;
        }

        _padsSource = !alone && _encoder is { HasMask: true } && files.Decoder.Graph.FindInput("encoder_attention_mask") is not null;
        _prompts = new PromptReader(_decoder, _prefixes);
        if (_prefixes is not null) maxCachedTokens -= maxCachedTokens / PrefixShare;
        _pool = new RowPool(options.EffectiveMaxBatchTokens, options.EffectiveMaxStepTokens, maxCachedTokens, alone);
        var scorer = new ScoreRunner(_decoder, alone ? 1 : options.EffectiveMaxBatchTokens, Math.Max(1, MaxLogits / (Vocabulary ?? 1)), inPieces);
        _slots = new StepSlots(options.EffectiveParallelRuns, name, _pool, new StepRunner(_encoder, _decoder, _prompts, scorer, _pool));
    }

    /// <summary>Tokens of prompts that were not read, since their beginnings were known.</summary>
    public long PromptTokensReused => _prefixes?.TokensReused ?? 0;

    /// <summary>Tokens of a decoder's prompts that were read.</summary>
    public long PromptTokensRead => _prompts.TokensRead;

    /// <summary>Logits of a token; null where it cannot be told.</summary>
    public int? Vocabulary { get; }

    public bool IsEncoderDecoder => _encoder is not null;

    /// <summary>Writes texts for some prompts.</summary>
    /// <param name="call">The call's parameters and state.</param>
    /// <param name="prompts">The inputs; read while the results are enumerated, ahead of them and by another thread.</param>
    /// <param name="stop">Ends the reading of results, and with it the call.</param>
    /// <returns>Results in the order in which they are done, as many at once as are there.</returns>
    public async IAsyncEnumerable<IReadOnlyList<GenerationResult>> RunAsync(
        GenerationCall call, IEnumerable<GenerationRequest> prompts, [EnumeratorCancellation] CancellationToken stop)
    {
        var feeding = Task.Run(() => FeedAsync(call, prompts), CancellationToken.None);
        try
        {
            while (await call.Results.WaitToReadAsync(stop).ConfigureAwait(false))
            {
                var results = new List<GenerationResult>();
                while (call.Results.TryRead(out var result)) results.Add(result);
                if (results.Count == 0) continue;
                call.Taken(results.Count);
                yield return results;
            }
        }
        finally
        {
            // First: the feeding may wait for results to be taken.
            await call.EndAsync().ConfigureAwait(false);
            await feeding.ConfigureAwait(false);
        }
    }

    public GenerationCall CreateCall(GenerationSettings settings, CancellationToken stop, StopStrings? stopStrings = null, TextScoring? scoring = null) =>
        new(settings, IsEncoderDecoder, MaxInputsInFlight, stop) { StopStrings = stopStrings, Scoring = scoring };

    public void Dispose()
    {
        _slots.Dispose();
        _prefixes?.Dispose();
        _decoder.Dispose();
        _encoder?.Dispose();
    }

    // Never throws: what goes wrong is the call's result.
    private async Task FeedAsync(GenerationCall call, IEnumerable<GenerationRequest> prompts)
    {
        try
        {
            foreach (var prompt in prompts)
            {
                await call.StartInputAsync(call.Stop).ConfigureAwait(false);
                if (Refuse(prompt) is { } refusal) call.Finish(refusal);
                else _pool.Add(Plan(prompt));
            }

            call.EndPart();
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
    }

    private GenerationResult? Refuse(GenerationRequest prompt)
    {
        if (prompt.Problem is { } problem) return TooLong(prompt, problem);
        if (prompt.Ids.Length == 0)
            return GenerationResult.Failed(prompt, ErrorCodes.EmptyText, "The prompt has no tokens. Give it some text.");
        if (prompt.Ids.Length > _contextLength)
            return TooLong(prompt, $"The input has {prompt.Ids.Length} tokens; the model takes {_contextLength}. Shorten it, or set truncation to true.");
        if (prompt.Call.Scoring is not null)
            return prompt.Ids.Length <= prompt.Call.Settings.LongestScored(_contextLength)
                ? null
                : TooLong(prompt, $"The text has {prompt.Ids.Length} tokens, and max_length is {prompt.Call.Settings.MaxLength}. Shorten it, or set truncation to true.");
        int first = IsEncoderDecoder ? 1 : prompt.Ids.Length;
        if (prompt.Call.Settings.NewTokensAfter(first, _contextLength) > 0) return null;
        return prompt.Call.Settings.MaxNewTokens is null && prompt.Call.Settings.MaxLength <= first
            ? TooLong(prompt, $"The prompt has {first} tokens, and max_length, which counts them too, is {prompt.Call.Settings.MaxLength}. Set max_new_tokens instead.")
            : TooLong(prompt, $"The prompt has {first} tokens and fills the model's context of {_contextLength}: no room for an answer. Shorten it, or set truncation to true.");
    }

    private static GenerationResult TooLong(GenerationRequest prompt, string message) => GenerationResult.Failed(prompt, ErrorCodes.TooLong, message);

    private WaitingInput Plan(GenerationRequest prompt)
    {
        // Scored texts are done with their first run, and none that is written may stand among them.
        if (prompt.Call.Scoring is not null) return new WaitingInput(prompt, new BatchPlace(-1, prompt.Ids.Length), 0, prompt.Ids.Length);
        var settings = prompt.Call.Settings;
        int source = IsEncoderDecoder ? PaddedSource(prompt.Ids.Length) : 0, first = IsEncoderDecoder ? 1 : prompt.Ids.Length;
        int newTokens = settings.NewTokensAfter(first, _contextLength);
        long rows = Math.Max(settings.NumBeams, settings.NumReturnSequences);
        return new WaitingInput(prompt, new BatchPlace(source, first), newTokens, rows * (source + first + newTokens));
    }

    /// <summary>
    /// Long sources are padded to one of a few lengths so that more rows meet, each to the one that follows from its own length, so
    /// that its numbers are the same whatever rows it meets. Of short ones enough are of one length.
    /// </summary>
    private int PaddedSource(int length)
    {
        if (!_padsSource || length < ShortSource) return length;
        int step = (int)(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length + 1) / 8);
        return Math.Min((length + step - 1) / step * step, _contextLength);
    }
}
