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

    private static float[] Last(OrtValue logits, StepWorkspace workspace)
    {
        int vocabulary = (int)logits.GetTensorTypeAndShape().Shape[^1];
        return workspace.Floats(logits)[^vocabulary..].ToArray();
    }

    private static bool AreClose(float[] expected, float[] actual)
    {
        float size = TensorPrimitives.MaxMagnitude<float>(expected);
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= 1e-3 * Math.Abs(size))) return false;
        return true;
    }
}
