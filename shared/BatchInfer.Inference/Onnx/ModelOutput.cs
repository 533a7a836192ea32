using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchInfer.Inference;

/// <summary>What a run gave, in the workspace's memory: good until its next run.</summary>
/// <param name="Values">All values, row after row.</param>
/// <param name="Width">Size of the last dimension.</param>
internal readonly record struct ModelOutput(ReadOnlyMemory<float> Values, int Width)
{
    /// <param name="value">A tensor of float or float16.</param>
    /// <param name="buffer">Takes its values.</param>
    public static ModelOutput Copy(OrtValue value, float[] buffer)
    {
        var info = value.GetTensorTypeAndShape();
        int length = (int)info.ElementCount;
        if (info.ElementDataType == TensorElementType.Float16)
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<Float16, Half>(value.GetTensorDataAsSpan<Float16>()), buffer);
        else if (info.ElementDataType == TensorElementType.Float)
            value.GetTensorDataAsSpan<float>().CopyTo(buffer);
        else
            throw new ModelFormatException($"The model's output has the element type {info.ElementDataType}; only Float and Float16 are supported. Export the model again.");
        return new ModelOutput(buffer.AsMemory(0, length), (int)info.Shape[^1]);
    }
}
