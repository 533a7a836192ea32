using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchInfer.Inference;

/// <summary>The memory of one run slot of the generation.</summary>
internal sealed class StepWorkspace : IDisposable
{
    public RunWorkspace Run { get; } = new();

    public DecodingScratch Scratch { get; } = new();

    public List<RowOf> Rows { get; } = [];

    public List<NextRow> Next { get; } = [];

    /// <summary>An output's values: where they lie, or converted from half precision.</summary>
    public ReadOnlySpan<float> Floats(OrtValue output)
    {
        var info = output.GetTensorTypeAndShape();
        switch (info.ElementDataType)
        {
            case TensorElementType.Float:
                return output.GetTensorDataAsSpan<float>();
            case TensorElementType.Float16:
                float[] buffer = Run.Output(0, checked((int)info.ElementCount));
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<Float16, Half>(output.GetTensorDataAsSpan<Float16>()), buffer);
                return buffer.AsSpan(0, (int)info.ElementCount);
            default:
                throw new ModelFormatException($"The model's logits have the element type {info.ElementDataType}; only Float and Float16 are supported. Export the model again.");
        }
    }

    public void Dispose() => Run.Dispose();
}
