using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Makes the small inputs of a run, in the workspace's memory and the element type that the graph takes.</summary>
internal static class StepTensors
{
    /// <summary>Whole numbers, row after row.</summary>
    public static OrtValue Of(RunWorkspace workspace, int number, OnnxTensorInfo input, ReadOnlySpan<long> values, params long[] shape)
    {
        switch (input.ElementType)
        {
            case OnnxTensorInfo.Int64:
                long[] longs = workspace.Input<long>(number, values.Length);
                values.CopyTo(longs);
                return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, longs.AsMemory(0, values.Length), shape);
            case OnnxTensorInfo.Int32:
                int[] ints = workspace.Input<int>(number, values.Length);
                TensorPrimitives.ConvertTruncating(values, ints.AsSpan(0, values.Length));
                return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, ints.AsMemory(0, values.Length), shape);
            case OnnxTensorInfo.Float:
                float[] floats = workspace.Input<float>(number, values.Length);
                TensorPrimitives.ConvertTruncating(values, floats.AsSpan(0, values.Length));
                return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, floats.AsMemory(0, values.Length), shape);
            case OnnxTensorInfo.Boolean:
                bool[] flags = workspace.Input<bool>(number, values.Length);
                for (int i = 0; i < values.Length; i++) flags[i] = values[i] != 0;
                return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, flags.AsMemory(0, values.Length), shape);
            default:
                throw new ModelFormatException($"The input {input} has element type {input.ElementType}, which is not supported. Export the model again.");
        }
    }
}
