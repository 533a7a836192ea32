using System.Runtime.InteropServices;
using BatchInfer.Contracts;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Runs one step of some rows: through the graph, then to the next tokens. Shared by the run slots.</summary>
internal sealed class StepRunner(EncoderGraph? encoder, DecoderGraph decoder, PromptReader reader, ScoreRunner scorer, RowPool pool)
{
    /// <summary>Starts inputs of one length: the encoder and the first token, or the whole prompt.</summary>
    public void Start(IReadOnlyList<WaitingInput> inputs, StepWorkspace workspace)
    {
        List<WaitingInput> wanted = [.. inputs.Where(i => !DropIfStopped(i))];
        int started = 0;
        try
        {
            if (wanted.Count == 0 || TryStart(wanted, workspace)) return;
            // One input may be what the model cannot take: let it fail alone.
            for (; started < wanted.Count; started++) TryStart([wanted[started]], workspace);
        }
        catch (Exception e)
        {
            // No input is to blame, so the calls learn of it. A start that throws has not begun any of its inputs.
            foreach (var input in wanted.Skip(started)) GiveUp(input.Request, input.Reserved, e);
        }
    }

    /// <summary>Goes on with batches of one place as one; they are used up.</summary>
    public void Step(IReadOnlyList<DecodingBatch> batches, StepWorkspace workspace)
    {
        try
        {
            Step(DecodingBatch.Merge(batches), workspace);
        }
        catch (Exception e)
        {
            // What throws here has neither advanced a row nor given one back.
            foreach (var batch in batches)
            {
                foreach (var decoding in batch.Decodings) GiveUp(decoding.Request, decoding.Reserved, e);
                batch.Dispose();
            }
        }
    }

    private void Step(DecodingBatch batch, StepWorkspace workspace)
    {
        var (cache, source) = batch.Detach();
        try
        {
            using var logits = TryRun(batch, ref cache, ref source, workspace);
            if (logits is not null) Advance(batch, logits, ref cache, ref source, workspace);
        }
        finally
        {
            cache?.Dispose();
            source?.Dispose();
        }
    }

    /// <returns>The logits; null where the model failed, and the rows are taken care of.</returns>
    private OrtValue? TryRun(DecodingBatch batch, ref KeyValueCache? cache, ref EncodedSource? source, StepWorkspace workspace)
    {
        try
        {
            long[] ids = decoder.HasCache ? LastTokens(batch) : AllTokens(batch);
            var step = new DecoderStep(ids, batch.TensorRows, decoder.HasCache ? batch.Length : 0, source);
            return decoder.Run(step, ref cache, lastOnly: true, workspace.Run);
        }
        catch (OnnxRuntimeException) when (batch.Decodings.Count > 1)
        {
            // Each goes on by itself, so that the one that fails is found and the others are not lost.
            var whole = new DecodingBatch(batch.Decodings, [.. batch.Places], batch.TensorRows, batch.Length, cache, source);
            (cache, source) = (null, null);
            foreach (var single in whole.Split()) pool.Return(single);
        }
        catch (OnnxRuntimeException e)
        {
            Fail(batch.Decodings[0], e);
        }

        return null;
    }

    /// <returns>False when several inputs failed together, none of them begun.</returns>
    private bool TryStart(List<WaitingInput> inputs, StepWorkspace workspace)
    {
        try
        {
            StartTogether(inputs, workspace);
        }
        catch (OnnxRuntimeException) when (inputs.Count > 1)
        {
            return false;
        }
        catch (OnnxRuntimeException e)
        {
            Fail(inputs[0], e);
        }

        return true;
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
            int length = inputs[0].Place.Length;
            if (encoder is not null) source = encoder.Run([.. inputs.Select(i => i.Request.Ids)], inputs[0].Place.SourceLength, workspace.Run);
            int[][] histories = [.. inputs.Select(i => encoder is null ? i.Request.Ids : [i.Request.Call.Settings.DecoderStartToken])];
            Decoding[] decodings = [.. inputs.Select((input, i) => Decoding.Start(input, histories[i]))];
            using var logits = source is null
                ? reader.Read(histories, ref cache, workspace.Run)
                : decoder.Run(new DecoderStep(histories.Select(h => (long)h[0]).ToArray(), inputs.Count, 0, source), ref cache, lastOnly: true, workspace.Run);
            Advance(new DecodingBatch(decodings, [.. Enumerable.Range(0, decodings.Length)], decodings.Length, length - 1, null, null), logits, ref cache, ref source, workspace);
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

    private void Advance(DecodingBatch batch, OrtValue logits, ref KeyValueCache? cache, ref EncodedSource? source, StepWorkspace workspace)
    {
        var live = new List<Decoding>(batch.Decodings.Count);
        int taken = 0;
        try
        {
            Advance(batch, live, ref taken, logits, ref cache, ref source, workspace);
        }
        catch (Exception e)
        {
            // The histories have moved on, the cache perhaps not: none of them can be run again, so their calls learn of it.
            foreach (var decoding in live.Concat(batch.Decodings.Skip(taken))) GiveUp(decoding.Request, decoding.Reserved, e);
        }
    }

    /// <param name="batch">The rows.</param>
    /// <param name="live">Takes those that go on.</param>
    /// <param name="taken">Counts those that took the step; of them, those that do not go on are done.</param>
    /// <param name="logits">What the model gave for them.</param>
    /// <param name="cache">Their cache; null when it goes on with them.</param>
    /// <param name="source">Their sources; null when they go on with them.</param>
    /// <param name="workspace">Memory of the run slot.</param>
    private void Advance(
        DecodingBatch batch, List<Decoding> live, ref int taken, OrtValue logits, ref KeyValueCache? cache, ref EncodedSource? source, StepWorkspace workspace)
    {
        long[] shape = logits.GetTensorTypeAndShape().Shape;
        var rowLogits = new RowLogits(workspace.Floats(logits), (int)shape[1], (int)shape[2], [.. batch.Places]);
        var (rows, next) = (workspace.Rows, workspace.Next);
        rows.Clear();
        bool sameOwners = batch.Rows == batch.TensorRows;
        int first = 0;
        foreach (var decoding in batch.Decodings)
        {
            int had = decoding.Rows;
            next.Clear();
            if (TakeStep(decoding, rowLogits.From(first), next, workspace.Scratch)) live.Add(decoding);
            taken++;
            sameOwners &= next.Count == had;
            foreach (var row in next) rows.Add(new RowOf(0, batch.Places[first + row.Parent]));
            first += had;
        }

        if (live.Count == 0) return;
        int tensorRows = batch.TensorRows;
        var selected = CollectionsMarshal.AsSpan(rows);
        if (!CanStay(selected, tensorRows))
        {
            Select(selected, sameOwners, cache, ref source);
            for (int i = 0; i < selected.Length; i++) selected[i] = new RowOf(0, i);
            tensorRows = selected.Length;
        }

        int[] places = new int[selected.Length];
        for (int i = 0; i < places.Length; i++) places[i] = selected[i].Row;
        pool.Return(new DecodingBatch(live, places, tensorRows, batch.Length + 1, cache, source) { IsIsolated = batch.IsIsolated });
        (cache, source) = (null, null);
    }

    /// <summary>
    /// Whether rows can go on where they stand. A row of a text that is done is computed in vain, but to take it out costs a copy
    /// of all the others: that is done for several at once.
    /// </summary>
    private static bool CanStay(ReadOnlySpan<RowOf> rows, int tensorRows)
    {
        if (rows.Length > tensorRows || tensorRows - rows.Length > tensorRows / 8) return false;
        for (int i = 1; i < rows.Length; i++)
            if (rows[i].Row <= rows[i - 1].Row) return false;
        return true;
    }

    /// <returns>Whether it goes on.</returns>
    private bool TakeStep(Decoding decoding, in RowLogits logits, List<NextRow> next, DecodingScratch scratch)
    {
        var call = decoding.Request.Call;
        if (call.Stop.IsCancellationRequested) call.EndPart();
        else if (decoding.Advance(logits, next, scratch) is { } problem) call.Finish(GenerationResult.Failed(decoding.Request, ErrorCodes.InvalidOutput, problem));
        else if (decoding.Rows > 0) return true;
        else call.Finish(new GenerationResult(decoding.Request, decoding.Texts, decoding.NewTokens, null, null));
        next.Clear();
        pool.Release(decoding.Reserved);
        return false;
    }

    private static void Select(ReadOnlySpan<RowOf> rows, bool sameOwners, KeyValueCache? cache, ref EncodedSource? source)
    {
        cache?.Select(rows, keepCross: sameOwners);
        if (source is null || sameOwners) return;
        var selected = EncodedSource.Gather([source], rows);
        source.Dispose();
        source = selected;
    }

    private bool DropIfStopped(in WaitingInput input)
    {
        if (!input.Request.Call.Stop.IsCancellationRequested) return false;
        input.Request.Call.EndPart();
        pool.Release(input.Reserved);
        return true;
    }

    private void GiveUp(GenerationRequest request, long reserved, Exception e)
    {
        request.Call.Fail(e);
        pool.Release(reserved);
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

    // Rows of texts that are done get any token: nobody looks at what comes of them.
    private static long[] LastTokens(DecodingBatch batch)
    {
        long[] ids = new long[batch.TensorRows];
        int at = 0;
        foreach (var decoding in batch.Decodings)
            for (int row = 0; row < decoding.Rows; row++) ids[batch.Places[at++]] = decoding.HistoryOf(row)[^1];
        return ids;
    }

    private static long[] AllTokens(DecodingBatch batch)
    {
        int length = batch.Length + 1, at = 0;
        long[] ids = new long[checked(batch.TensorRows * length)];
        foreach (var decoding in batch.Decodings)
            for (int row = 0; row < decoding.Rows; row++, at++)
                for (int t = 0; t < length; t++) ids[batch.Places[at] * length + t] = decoding.HistoryOf(row)[t];
        return ids;
    }
}
