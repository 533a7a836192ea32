using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>A session with its inputs. Any number of threads may run it, each with a workspace of its own.</summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly OnnxTensorInfo[] _inputs;
    private readonly string[] _inputNames;
    private readonly int _padTokenId;

    public OnnxModel(ModelPackage package, ExecutionProviderKind provider = ExecutionProviderKind.Cpu)
    {
        _padTokenId = package.Config.PadTokenId;
        _inputs = [.. package.Graph.Inputs];
        _inputNames = [.. _inputs.Select(i => i.Name)];
        using var options = ExecutionProvider.CreateOptions(provider);
        try
        {
            _session = new InferenceSession(package.GraphPath, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelFormatException($"{package.GraphPath} cannot be loaded by ONNX Runtime: {e.Message.Trim()} Export the model again, or use another variant.", e);
        }
    }

    /// <summary>Runs the places <paramref name="start"/>..<paramref name="end"/> of a window as one batch.</summary>
    /// <returns>The output: [rows, width] or [rows, longest row, width]; dispose it before the next run of the workspace.</returns>
    public ModelOutput Run(TokenizedWindow window, int start, int end, OnnxTensorInfo output, RunWorkspace workspace)
    {
        int rows = end - start, longest = window.LengthOf(window.RowAt(start));
        long[] shape = [rows, longest];
        var inputs = new OrtValue[_inputs.Length];
        OrtValue? owned = null;
        try
        {
            for (int i = 0; i < _inputs.Length; i++) inputs[i] = CreateInput(i, window, start, rows, longest, shape, workspace);
            if (KnownShape(output, rows, longest) is not { } known)
            {
                using var results = _session.Run(workspace.Options, _inputNames, inputs, [output.Name]);
                return ModelOutput.Copy(results[0], workspace);
            }

            int length = checked((int)(known.Length == 2 ? known[0] * known[1] : known[0] * known[1] * known[2]));
            float[] buffer = workspace.Output(length);
            owned = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer.AsMemory(0, length), known);
            _session.Run(workspace.Options, _inputNames, inputs, [output.Name], [owned]);
            return new ModelOutput(buffer.AsMemory(0, length), (int)known[^1]);
        }
        finally
        {
            owned?.Dispose();
            foreach (var input in inputs) input?.Dispose();
        }
    }

    public void Dispose() => _session.Dispose();

    // With the last dimension written in the graph the result goes into our memory; else ONNX Runtime must say how large it is.
    private static long[]? KnownShape(OnnxTensorInfo output, int rows, int longest) => output switch
    {
        { ElementType: OnnxTensorInfo.Float, Shape: [_, > 0 and var width] } => [rows, width],
        { ElementType: OnnxTensorInfo.Float, Shape: [_, _, > 0 and var width] } => [rows, longest, width],
        _ => null,
    };

    private OrtValue CreateInput(int number, TokenizedWindow window, int start, int rows, int longest, long[] shape, RunWorkspace workspace)
    {
        int length = checked(rows * longest);
        if (_inputs[number].ElementType == OnnxTensorInfo.Int32)
        {
            int[] ints = workspace.Input<int>(number, length);
            InputTensors.Fill(_inputs[number].Name, window, start, rows, longest, _padTokenId, ints.AsSpan(0, length));
            return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, ints.AsMemory(0, length), shape);
        }

        long[] longs = workspace.Input<long>(number, length);
        InputTensors.Fill(_inputs[number].Name, window, start, rows, longest, _padTokenId, longs.AsSpan(0, length));
        return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, longs.AsMemory(0, length), shape);
    }
}
