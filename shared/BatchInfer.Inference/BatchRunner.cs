using BatchInfer.Contracts;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Runs a batch and decodes its rows. A row that cannot be answered becomes an error row.</summary>
/// <param name="model">The model.</param>
/// <param name="rowByRow">
/// Whether each row runs by itself, because the graph would let the rows of a batch change each other. One row a run costs
/// a CPU little, and makes a row's result its own by construction.
/// </param>
internal sealed class BatchRunner(OnnxModel model, bool rowByRow)
{
    public void Run(Batch batch, RunWorkspace workspace)
    {
        try
        {
            if (batch.Call.Stop.IsCancellationRequested) batch.Call.EndPart();
            else batch.Call.Finish(RunRows(batch, workspace));
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

    private RowOutput[] RunRows(Batch batch, RunWorkspace workspace)
    {
        var rows = new RowOutput[batch.End - batch.Start];
        if (!rowByRow)
            try
            {
                RunTogether(batch, batch.Start, batch.End, workspace, rows);
                return rows;
            }
            catch (OnnxRuntimeException) when (rows.Length > 1)
            {
                // One row may be what the model cannot take: let it fail alone.
            }

        for (int place = batch.Start; place < batch.End; place++)
        {
            if (batch.Call.Stop.IsCancellationRequested) return [];
            RunAlone(batch, place, workspace, rows.AsSpan(place - batch.Start, 1));
        }

        return rows;
    }

    private void RunAlone(Batch batch, int place, RunWorkspace workspace, Span<RowOutput> row)
    {
        try
        {
            RunTogether(batch, place, place + 1, workspace, row);
        }
        // Short of memory ("Failed to allocate …", "std::bad_alloc") may pass, and is for the caller to try again elsewhere;
        // anything else that the model says to this row, it will always say.
        catch (OnnxRuntimeException e) when (!e.Message.Contains("alloc", StringComparison.OrdinalIgnoreCase))
        {
            int number = batch.Window.RowAt(place);
            row[0] = RowOutput.Failed(batch.Window.IndexOf(number), batch.Window.LengthOf(number), ErrorCodes.InvalidOutput, $"The model refused this input: {e.Message.Trim()}");
        }
    }

    private void RunTogether(Batch batch, int start, int end, RunWorkspace workspace, Span<RowOutput> rows)
    {
        var window = batch.Window;
        var output = model.Run(window, start, end, batch.Call.Decoder.Source, workspace);
        var values = output.Values.Span;
        int stride = values.Length / rows.Length, longest = window.LengthOf(window.RowAt(start));
        for (int i = 0; i < rows.Length; i++)
        {
            int row = window.RowAt(start + i), index = window.IndexOf(row), tokens = window.LengthOf(row);
            rows[i] = batch.Call.Decoder.TryDecode(values.Slice(i * stride, stride), output.Width, tokens, out string? json, out float[]? embedding)
                ? new RowOutput(index, json, embedding, tokens, longest, window.TokensCutOf(row) > 0, null, null)
                : RowOutput.Failed(index, tokens, ErrorCodes.InvalidOutput, "The model gave NaN or infinity for this input.");
        }
    }
}
