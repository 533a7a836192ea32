using BatchInfer.Contracts;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Runs one step of some rows: through the graph, then to the next tokens. Shared by the run slots.</summary>
internal sealed class StepRunner(EncoderGraph? encoder, DecoderGraph decoder, ScoreRunner scorer, RowPool pool)
{
    /// <summary>Starts inputs of one length: the encoder and the first token, or the whole prompt.</summary>
    public void Start(IReadOnlyList<WaitingInput> inputs, StepWorkspace workspace)
    {
        List<WaitingInput> wanted = [.. inputs.Where(i => !DropIfStopped(i))];
        if (wanted.Count == 0) return;
        try
        {
            StartTogether(wanted, workspace);
        }
        catch (OnnxRuntimeException) when (wanted.Count > 1)
        {
            // One input may be what the model cannot take: let it fail alone.
            foreach (var input in wanted) StartAlone(input, workspace);
        }
        catch (OnnxRuntimeException e)
        {
            Fail(wanted[0], e);
        }
    }

    /// <summary>Goes on with a batch, which is used up.</summary>
    public void Step(DecodingBatch batch, StepWorkspace workspace)
    {
        var (cache, source) = batch.Detach();
        try
        {
            long[] ids = decoder.HasCache ? LastTokens(batch) : AllTokens(batch);
            var step = new DecoderStep(ids, batch.Rows, decoder.HasCache ? batch.Length : 0, source);
            using var logits = decoder.Run(step, ref cache, lastOnly: true, workspace.Run);
            Advance(batch.Decodings, logits, batch.Length + 1, ref cache, ref source, batch.IsIsolated, workspace);
        }
        catch (OnnxRuntimeException) when (batch.Decodings.Count > 1)
        {
            Isolate(new DecodingBatch(batch.Decodings, batch.Length, cache, source));
            (cache, source) = (null, null);
        }
        catch (OnnxRuntimeException e)
        {
            Fail(batch.Decodings[0], e);
        }
        finally
        {
            cache?.Dispose();
            source?.Dispose();
        }
    }

    private void StartAlone(in WaitingInput input, StepWorkspace workspace)
    {
        try
        {
            StartTogether([input], workspace);
        }
        catch (OnnxRuntimeException e)
        {
            Fail(input, e);
        }
    }

    private void StartTogether(List<WaitingInput> inputs, StepWorkspace workspace)
    {
        if (inputs[0].Request.Call.Scoring is not null)
        {
            Score(inputs, workspace);
            return;
        }

        KeyValueCache? cache = null;
        EncodedSource? source = null;
        try
        {
            var decodings = new Decoding[inputs.Count];
            int length = inputs[0].Place.Length;
            long[] ids = new long[checked(inputs.Count * length)];
            for (int i = 0; i < inputs.Count; i++)
            {
                ReadOnlySpan<int> history = encoder is null ? inputs[i].Request.Ids : [inputs[i].Request.Call.Settings.DecoderStartToken];
                decodings[i] = Decoding.Start(inputs[i], history);
                for (int t = 0; t < length; t++) ids[i * length + t] = history[t];
            }

            if (encoder is not null) source = encoder.Run([.. inputs.Select(i => i.Request.Ids)], inputs[0].Place.SourceLength, workspace.Run);
            using var logits = decoder.Run(new DecoderStep(ids, inputs.Count, 0, source), ref cache, lastOnly: true, workspace.Run);
            Advance(decodings, logits, length, ref cache, ref source, isolated: false, workspace);
        }
        finally
        {
            cache?.Dispose();
            source?.Dispose();
        }
    }

    private void Score(List<WaitingInput> inputs, StepWorkspace workspace)
    {
        GenerationResult[] results = inputs[0].Request.Call.Scoring is { IsMasked: true } masked
            ? [.. inputs.Select(i => scorer.ScoreMasked(i.Request, masked, workspace))]
            : scorer.ScoreCausal([.. inputs.Select(i => i.Request)], workspace);
        for (int i = 0; i < results.Length; i++)
        {
            inputs[i].Request.Call.Finish(results[i]);
            pool.Release(inputs[i].Reserved);
        }
    }

    private void Advance(
        IReadOnlyList<Decoding> decodings, OrtValue logits, int length, ref KeyValueCache? cache, ref EncodedSource? source, bool isolated, StepWorkspace workspace)
    {
        var values = workspace.Floats(logits);
        long[] shape = logits.GetTensorTypeAndShape().Shape;
        var rowLogits = new RowLogits(values, (int)shape[1], (int)shape[2]);
        var (rows, next) = (workspace.Rows, workspace.Next);
        rows.Clear();
        var live = new List<Decoding>(decodings.Count);
        bool sameOwners = true;
        int first = 0;
        foreach (var decoding in decodings)
        {
            int had = decoding.Rows;
            next.Clear();
            if (TakeStep(decoding, rowLogits.From(first), next, workspace.Scratch)) live.Add(decoding);
            sameOwners &= next.Count == had;
            foreach (var row in next) rows.Add(new RowOf(0, first + row.Parent));
            first += had;
        }

        if (live.Count == 0) return;
        var selected = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows);
        if (!IsIdentity(selected, first)) Select(selected, sameOwners, cache, ref source);
        pool.Return(new DecodingBatch(live, length, cache, source) { IsIsolated = isolated });
        (cache, source) = (null, null);
    }

    /// <returns>Whether it goes on.</returns>
    private bool TakeStep(Decoding decoding, in RowLogits logits, List<NextRow> next, DecodingScratch scratch)
    {
        var call = decoding.Request.Call;
        if (call.Stop.IsCancellationRequested) call.EndPart();
        else if (!decoding.TryAdvance(logits, next, scratch))
            call.Finish(GenerationResult.Failed(decoding.Request, ErrorCodes.InvalidOutput, "The model gave NaN or infinity for this input, or its rules leave no token to go on with."));
        else if (decoding.Rows > 0) return true;
        else call.Finish(new GenerationResult(decoding.Request, decoding.Texts, decoding.NewTokens, null, null));
        next.Clear();
        pool.Release(decoding.Reserved);
        return false;
    }

    private void Select(ReadOnlySpan<RowOf> rows, bool sameOwners, KeyValueCache? cache, ref EncodedSource? source)
    {
        cache?.Select(decoder.Layout, rows, keepCross: sameOwners);
        if (source is null || sameOwners) return;
        var selected = EncodedSource.Gather([source], rows);
        source.Dispose();
        source = selected;
    }

    // Each row goes on by itself, so that the one that fails is found and the others are not lost.
    private void Isolate(DecodingBatch batch)
    {
        using (batch)
        {
            int first = 0;
            foreach (var decoding in batch.Decodings)
            {
                RowOf[] rows = [.. Enumerable.Range(first, decoding.Rows).Select(r => new RowOf(0, r))];
                pool.Return(DecodingBatch.Gather([batch], [decoding], rows, decoder.Layout, batch.Length, isolated: true));
                first += decoding.Rows;
            }
        }
    }

    private bool DropIfStopped(in WaitingInput input)
    {
        if (!input.Request.Call.Stop.IsCancellationRequested) return false;
        input.Request.Call.EndPart();
        pool.Release(input.Reserved);
        return true;
    }

    private void Fail(in WaitingInput input, OnnxRuntimeException e)
    {
        Fail(input.Request, e);
        pool.Release(input.Reserved);
    }

    private void Fail(Decoding decoding, OnnxRuntimeException e)
    {
        Fail(decoding.Request, e);
        pool.Release(decoding.Reserved);
    }

    // Short of memory is no fault of the row; anything else that the model says to this row, it will always say.
    private static void Fail(GenerationRequest request, OnnxRuntimeException e)
    {
        if (e.Message.Contains("allocat", StringComparison.OrdinalIgnoreCase)) request.Call.Fail(e);
        else request.Call.Finish(GenerationResult.Failed(request, ErrorCodes.InvalidOutput, $"The model refused this input: {e.Message.Trim()}"));
    }

    private static long[] LastTokens(DecodingBatch batch)
    {
        long[] ids = new long[batch.Rows];
        int at = 0;
        foreach (var decoding in batch.Decodings)
            for (int row = 0; row < decoding.Rows; row++) ids[at++] = decoding.HistoryOf(row)[^1];
        return ids;
    }

    private static long[] AllTokens(DecodingBatch batch)
    {
        long[] ids = new long[checked(batch.Rows * (batch.Length + 1))];
        int at = 0;
        foreach (var decoding in batch.Decodings)
            for (int row = 0; row < decoding.Rows; row++)
                foreach (int token in decoding.HistoryOf(row)) ids[at++] = token;
        return ids;
    }

    private static bool IsIdentity(ReadOnlySpan<RowOf> rows, int count)
    {
        if (rows.Length != count) return false;
        for (int i = 0; i < rows.Length; i++)
            if (rows[i].Row != i) return false;
        return true;
    }
}
