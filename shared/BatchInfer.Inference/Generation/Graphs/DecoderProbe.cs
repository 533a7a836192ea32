using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Tries out what the signature of a graph does not say.</summary>
internal static class DecoderProbe
{
    /// <summary>Whether a decoder can be given several tokens beside a cache: some exports only know one at a time, or mask them wrongly.</summary>
    public static bool TakesLongSteps(DecoderGraph decoder)
    {
        if (!decoder.HasCache) return false;
        using var workspace = new StepWorkspace();
        KeyValueCache? whole = null, pieces = null;
        try
        {
            using var expected = decoder.Run(new DecoderStep(new long[] { 0, 1, 2, 3, 1 }, 1, 0, null), ref whole, lastOnly: true, workspace.Run);
            using (decoder.Run(new DecoderStep(new long[] { 0, 1 }, 1, 0, null), ref pieces, lastOnly: true, workspace.Run))
            {
            }

            using var actual = decoder.Run(new DecoderStep(new long[] { 2, 3, 1 }, 1, 2, null), ref pieces, lastOnly: true, workspace.Run);
            return AreClose(Last(expected, workspace), Last(actual, workspace));
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
        finally
        {
            whole?.Dispose();
            pieces?.Dispose();
        }
    }

    /// <summary>Logits of a token; null for a model that not even one token can be run through.</summary>
    public static int? Vocabulary(EncoderGraph? encoder, DecoderGraph decoder)
    {
        if (decoder.Vocabulary is { } said) return said;
        using var workspace = new StepWorkspace();
        try
        {
            return WriteTwo(encoder, decoder, [[1, 2]], workspace).Length;
        }
        catch (OnnxRuntimeException)
        {
            return null;
        }
    }

    /// <summary>Whether rows that go through the graphs together change each other: some exports mix up the dimensions of rows and tokens.</summary>
    /// <exception cref="ModelFormatException">The graph gives no logits of tokens.</exception>
    public static bool RowsChangeEachOther(EncoderGraph? encoder, DecoderGraph decoder)
    {
        using var workspace = new StepWorkspace();
        int[][] rows = [[1, 2, 3], [3, 1, 2]];
        try
        {
            float[] alone = WriteTwo(encoder, decoder, rows[..1], workspace), together;
            try
            {
                together = WriteTwo(encoder, decoder, rows, workspace);
            }
            catch (OnnxRuntimeException)
            {
                return true;
            }

            return together.Length < alone.Length || !AreClose(alone, together.AsSpan(0, alone.Length));
        }
        catch (OnnxRuntimeException)
        {
            // What it cannot take it says to each input.
            return false;
        }
    }

    /// <returns>The logits of the second of two tokens of each row.</returns>
    private static float[] WriteTwo(EncoderGraph? encoder, DecoderGraph decoder, int[][] rows, StepWorkspace workspace)
    {
        KeyValueCache? cache = null;
        using var source = encoder?.Run(rows, rows[0].Length, workspace.Run);
        try
        {
            long[] first = [.. rows.Select(r => (long)r[0])], second = [.. rows.Select(r => (long)r[1])];
            using var logits = decoder.Run(new DecoderStep(first, rows.Length, 0, source), ref cache, lastOnly: true, workspace.Run);
            long[] next = decoder.HasCache ? second : [.. rows.SelectMany(r => (long[])[r[0], r[1]])];
            using var after = decoder.Run(new DecoderStep(next, rows.Length, decoder.HasCache ? 1 : 0, source), ref cache, lastOnly: true, workspace.Run);
            long[] shape = after.GetTensorTypeAndShape().Shape;
            if (shape.Length != 3 || shape[0] != rows.Length || shape[1] == 0 || shape[2] == 0)
                throw new ModelFormatException($"{decoder.Path} gives logits as [{string.Join(", ", shape)}] for {rows.Length} rows. They must be [batch, sequence, vocabulary]: export the model again.");
            var values = workspace.Floats(after);
            float[] last = new float[rows.Length * (int)shape[^1]];
            for (int row = 0; row < rows.Length; row++)
                values.Slice((row + 1) * (values.Length / rows.Length) - (int)shape[^1], (int)shape[^1]).CopyTo(last.AsSpan(row * (int)shape[^1]));
            return last;
        }
        finally
        {
            cache?.Dispose();
        }
    }

    private static float[] Last(OrtValue logits, StepWorkspace workspace)
    {
        int vocabulary = (int)logits.GetTensorTypeAndShape().Shape[^1];
        return workspace.Floats(logits)[^vocabulary..].ToArray();
    }

    private static bool AreClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        float size = TensorPrimitives.MaxMagnitude(expected);
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= 1e-3 * Math.Abs(size))) return false;
        return true;
    }
}
