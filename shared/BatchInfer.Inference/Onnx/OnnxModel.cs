using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>A session with its inputs. Any number of threads may run it, each with a workspace of its own.</summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly ModelPackage _package;
    private readonly OnnxTensorInfo[] _inputs;
    private readonly string[] _inputNames;

    public OnnxModel(ModelPackage package, ExecutionProviderKind provider = ExecutionProviderKind.Cpu, int threads = 1)
    {
        _package = package;
        _inputs = [.. package.Graph.Inputs];
        _inputNames = [.. _inputs.Select(i => i.Name)];
        using var options = ExecutionProvider.CreateOptions(provider, threads);
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
    /// <returns>The outputs, each [rows, width] or [rows, longest row, width]; good until the next run of the workspace.</returns>
    /// <exception cref="ModelFormatException">An output has not the rows or the places that were put in.</exception>
    public ReadOnlySpan<ModelOutput> Run(TokenizedWindow window, int start, int end, IReadOnlyList<OnnxTensorInfo> outputs, RunWorkspace workspace)
    {
        int rows = end - start, longest = window.LengthOf(window.RowAt(start));
        long[] shape = [rows, longest];
        var inputs = new OrtValue[_inputs.Length];
        string[] names = new string[outputs.Count];
        for (int i = 0; i < names.Length; i++) names[i] = outputs[i].Name;
        try
        {
            for (int i = 0; i < _inputs.Length; i++) inputs[i] = CreateInput(i, window, start, rows, longest, shape, workspace);
            return KnownShapes(outputs, rows, longest) is { } shapes
                ? RunIntoOurMemory(inputs, names, shapes, workspace.OptionsFor(rows * longest), workspace)
                : RunAndCopy(inputs, names, rows, longest, workspace);
        }
        finally
        {
            foreach (var input in inputs) input?.Dispose();
        }
    }

    public void Dispose() => _session.Dispose();

    // With the last dimension written in the graph the result goes into our memory; else ONNX Runtime must say how large it is.
    private static long[][]? KnownShapes(IReadOnlyList<OnnxTensorInfo> outputs, int rows, int longest)
    {
        var shapes = new long[outputs.Count][];
        for (int i = 0; i < shapes.Length; i++)
            switch (outputs[i])
            {
                case { ElementType: OnnxTensorInfo.Float, Shape: [_, > 0 and var width] }: shapes[i] = [rows, width]; break;
                case { ElementType: OnnxTensorInfo.Float, Shape: [_, _, > 0 and var width] }: shapes[i] = [rows, longest, width]; break;
                default: return null;
            }

        return shapes;
    }

    private ReadOnlySpan<ModelOutput> RunIntoOurMemory(OrtValue[] inputs, string[] names, long[][] shapes, RunOptions options, RunWorkspace workspace)
    {
        var values = new OrtValue[shapes.Length];
        var results = workspace.Results(shapes.Length);
        try
        {
            for (int i = 0; i < shapes.Length; i++)
            {
                int length = 1;
                foreach (long size in shapes[i]) length = checked(length * (int)size);
                var buffer = workspace.Output(i, length).AsMemory(0, length);
                values[i] = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer, shapes[i]);
                results[i] = new ModelOutput(buffer, (int)shapes[i][^1]);
            }

            _session.Run(options, _inputNames, inputs, names, values);
            return results;
        }
        finally
        {
            foreach (var value in values) value?.Dispose();
        }
    }

    private ReadOnlySpan<ModelOutput> RunAndCopy(OrtValue[] inputs, string[] names, int rows, int longest, RunWorkspace workspace)
    {
        var results = workspace.Results(names.Length);
        using var values = _session.Run(workspace.OptionsFor(rows * longest), _inputNames, inputs, names);
        for (int i = 0; i < names.Length; i++)
        {
            long[] shape = values[i].GetTensorTypeAndShape().Shape;
            if (shape is not { Length: 2 or 3 } || shape[0] != rows || (shape.Length == 3 && shape[1] != longest))
                throw new ModelFormatException($"{_package.GraphPath} gives {names[i]} as [{string.Join(", ", shape)}] for {rows} rows of {longest} tokens. It must be [batch, width] or [batch, sequence, width]: export the model with dynamic axes.");
            results[i] = ModelOutput.Copy(values[i], workspace.Output(i, checked((int)shape.Aggregate((a, b) => a * b))));
        }

        return results;
    }

    private OrtValue CreateInput(int number, TokenizedWindow window, int start, int rows, int longest, long[] shape, RunWorkspace workspace)
    {
        int length = checked(rows * longest);
        if (_inputs[number].ElementType == OnnxTensorInfo.Int32)
        {
            int[] ints = workspace.Input<int>(number, length);
            InputTensors.Fill(_inputs[number].Name, window, start, rows, longest, _package.Config, ints.AsSpan(0, length));
            return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, ints.AsMemory(0, length), shape);
        }

        long[] longs = workspace.Input<long>(number, length);
        InputTensors.Fill(_inputs[number].Name, window, start, rows, longest, _package.Config, longs.AsSpan(0, length));
        return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, longs.AsMemory(0, length), shape);
    }
}
