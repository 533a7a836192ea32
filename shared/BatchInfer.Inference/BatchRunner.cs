using System.Diagnostics;
using BatchInfer.Contracts;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Runs a batch and finishes the inputs whose last rows were in it. A row that cannot be answered becomes an error row.</summary>
/// <param name="model">The model.</param>
/// <param name="rowByRow">
/// Whether each row runs by itself, because the graph would let the rows of a batch change each other. One row a run costs
/// a CPU little, and makes a row's result its own by construction.
/// </param>
/// <param name="metrics">Counts the runs.</param>
/// <param name="perToken">What a padded token takes at least; see <see cref="InferenceOptions.SimulatedMicrosecondsPerToken"/>.</param>
internal sealed class BatchRunner(OnnxModel model, bool rowByRow, RunMetrics metrics, TimeSpan perToken = default)
{
    private const string NoNumbers = "The model gave NaN or infinity for this input.";

    public void Run(Batch batch, RunWorkspace workspace)
    {
        try
        {
            if (batch.Call.Stop.IsCancellationRequested) batch.Call.EndPart();
            else batch.Call.Finish(Measure(batch, workspace));
        }
        // Whatever it is, it belongs to the call that asked; the slot goes on with the next batch.
        catch (Exception e)
        {
            batch.Call.Fail(e);
        }
        finally
        {
            batch.Window.Dispose();
        }
    }

    private RowOutput[] Measure(Batch batch, RunWorkspace workspace)
    {
        long started = Stopwatch.GetTimestamp();
        workspace.DecodeTicks = 0;
        var finished = RunRows(batch, workspace);
        int longest = batch.Window.LengthOf(batch.Window.RowAt(batch.Start)), rows = batch.End - batch.Start, tokens = 0;
        // A row by itself has no padding.
        for (int place = batch.Start; place < batch.End; place++) tokens += batch.Window.LengthOf(batch.Window.RowAt(place));
        int padded = rowByRow ? tokens : rows * longest;
        if (perToken > TimeSpan.Zero) Await(started, perToken * padded);
        metrics.Ran("batch", started, rows, padded);
        batch.Call.Trace.Ran(batch, started, workspace.DecodeTicks, tokens, padded);
        return finished;
    }

    /// <summary>Holds the slot as a run of that length would. Never shorter, as no sleep is.</summary>
    private static void Await(long started, TimeSpan least)
    {
        var left = least - Stopwatch.GetElapsedTime(started);
        if (left > TimeSpan.Zero) Thread.Sleep(left);
    }

    private RowOutput[] RunRows(Batch batch, RunWorkspace workspace)
    {
        // As many as there are rows, where each is an input by itself; fewer where an input has rows elsewhere.
        var finished = new RowOutput[batch.End - batch.Start];
        int count = 0;
        if (rowByRow || !TryRunTogether(batch, workspace, finished, ref count))
            for (int place = batch.Start; place < batch.End; place++)
            {
                if (batch.Call.Stop.IsCancellationRequested) return [];
                RunAlone(batch, place, workspace, finished, ref count);
            }

        if (count < finished.Length) Array.Resize(ref finished, count);
        return finished;
    }

    private bool TryRunTogether(Batch batch, RunWorkspace workspace, RowOutput[] finished, ref int count)
    {
        ReadOnlySpan<ModelOutput> outputs;
        try
        {
            outputs = model.Run(batch.Window, batch.Start, batch.End, batch.Call.EncoderTask.Outputs, workspace);
        }
        catch (OnnxRuntimeException)
        {
            // One row may be what the model cannot take: let it fail alone.
            return false;
        }

        int longest = batch.Window.LengthOf(batch.Window.RowAt(batch.Start));
        for (int place = batch.Start; place < batch.End; place++)
        {
            int row = batch.Window.RowAt(place);
            Take(batch, row, new RowValues(batch.Window, row, outputs, place - batch.Start, batch.End - batch.Start), longest, workspace, finished, ref count);
        }

        return true;
    }

    private void RunAlone(Batch batch, int place, RunWorkspace workspace, RowOutput[] finished, ref int count)
    {
        int row = batch.Window.RowAt(place), longest = batch.Window.LengthOf(row);
        ReadOnlySpan<ModelOutput> outputs;
        try
        {
            outputs = model.Run(batch.Window, place, place + 1, batch.Call.EncoderTask.Outputs, workspace);
        }
        // Short of memory ("Failed to allocate …", "std::bad_alloc") may pass, and is for the caller to try again elsewhere;
        // anything else that the model says to this row, it will always say.
        catch (OnnxRuntimeException e) when (!e.Message.Contains("alloc", StringComparison.OrdinalIgnoreCase))
        {
            Refuse(batch, row, $"The model refused this input: {e.Message.Trim()}", longest, finished, ref count);
            return;
        }

        Take(batch, row, new RowValues(batch.Window, row, outputs, 0, 1), longest, workspace, finished, ref count);
    }

    private static void Take(Batch batch, int row, in RowValues values, int longest, RunWorkspace workspace, RowOutput[] finished, ref int count)
    {
        long started = Stopwatch.GetTimestamp();
        Decode(batch, row, values, longest, workspace, finished, ref count);
        workspace.DecodeTicks += Stopwatch.GetTimestamp() - started;
    }

    private static void Decode(Batch batch, int row, in RowValues values, int longest, RunWorkspace workspace, RowOutput[] finished, ref int count)
    {
        var task = batch.Call.EncoderTask;
        int length = task.KeptValues(values);
        if (batch.Window.PartsOf(row) is not { } parts)
        {
            var kept = workspace.Kept(length);
            if (!task.TryKeep(values, kept)) Refuse(batch, row, NoNumbers, longest, finished, ref count);
            else finished[count++] = Finish(batch, row, kept, null, longest);
            return;
        }

        float[] part = GC.AllocateUninitializedArray<float>(length);
        string? problem = task.TryKeep(values, part) ? null : NoNumbers;
        if (parts.Put(row - batch.Window.EntryOf(row).FirstRow, part, problem, longest)) finished[count++] = Finish(batch, row, default, parts, 0);
    }

    private static void Refuse(Batch batch, int row, string problem, int longest, RowOutput[] finished, ref int count)
    {
        var entry = batch.Window.EntryOf(row);
        if (batch.Window.PartsOf(row) is not { } parts) finished[count++] = RowOutput.Failed(entry.Index, entry.Tokens, ErrorCodes.InvalidOutput, problem);
        else if (parts.Put(row - entry.FirstRow, [], problem, longest)) finished[count++] = Finish(batch, row, default, parts, 0);
    }

    private static RowOutput Finish(Batch batch, int row, ReadOnlySpan<float> only, InputParts? parts, int longest)
    {
        var entry = batch.Window.EntryOf(row);
        if (parts?.Problem is { } problem) return RowOutput.Failed(entry.Index, entry.Tokens, ErrorCodes.InvalidOutput, problem);
        var output = batch.Call.EncoderTask.Finish(new InputRows(batch.Window, entry, batch.Call.Inputs[entry.Index], only, parts));
        return output.ErrorCode is { } code
            ? RowOutput.Failed(entry.Index, entry.Tokens, code, output.ErrorMessage ?? code)
            : new RowOutput(entry.Index, output.Json, output.Embedding, entry.Tokens, parts?.PaddedTokens ?? longest, entry.TokensCut, null, null);
    }
}
