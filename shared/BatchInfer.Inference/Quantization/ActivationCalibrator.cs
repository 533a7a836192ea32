using System.Numerics;
using BatchInfer.Inference.OnnxSchema;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Runs the float model on sample texts, one by one, and notes how large each activation becomes.</summary>
internal sealed class ActivationCalibrator : IDisposable
{
    private readonly ModelPackage _package;
    private readonly IReadOnlyList<string> _activations;
    private readonly InferenceSession _session;

    public ActivationCalibrator(ModelPackage package, IReadOnlyList<string> activations)
    {
        _package = package;
        _activations = activations;
        using var options = ExecutionProvider.CreateOptions();
        options.IntraOpNumThreads = Environment.ProcessorCount;
        // The graph comes from memory: it must be told where its files are.
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetDirectoryName(package.GraphPath)!);
        _session = new InferenceSession(TapGraph(), options);
    }

    public Dictionary<string, ActivationRange> Measure(IEnumerable<TextInput> texts, int maxLength, CancellationToken ct)
    {
        var ranges = _activations.ToDictionary(a => a, _ => new ActivationRange(), StringComparer.Ordinal);
        using var encoder = TextTokenizer.Load(_package.Directory).CreateEncoder();
        var rows = new RowOptions(new EncodeOptions(maxLength));
        using var options = new RunOptions();
        string[] names = [.. _package.Graph.Inputs.Select(i => i.Name)];
        foreach (var text in texts)
        {
            ct.ThrowIfCancellationRequested();
            using var window = new TokenizedWindow(withDetails: false);
            if (window.AddText(text, rows, encoder, long.MaxValue).Rows == 0) continue;
            window.EndInput(0, 0);
            window.Plan(1);
            var inputs = _package.Graph.Inputs.Select(input => CreateInput(input, window)).ToList();
            using var outputs = _session.Run(options, names, inputs, _activations);
            inputs.ForEach(i => i.Dispose());
            for (int i = 0; i < outputs.Count; i++) ranges[_activations[i]].Add(outputs[i].GetTensorDataAsSpan<float>());
        }

        return ranges;
    }

    public void Dispose() => _session.Dispose();

    // Filled as for any run, so that the positions begin where the model's do.
    private OrtValue CreateInput(OnnxTensorInfo input, TokenizedWindow window)
    {
        return input.ElementType == OnnxTensorInfo.Int32 ? Create<int>() : Create<long>();

        OrtValue Create<T>()
            where T : unmanaged, INumberBase<T>
        {
            var values = new T[window.LengthOf(0)];
            InputTensors.Fill(input.Name, window, 0, 1, values.Length, _package.Config, values.AsSpan());
            return OrtValue.CreateTensorValueFromMemory(values, [1, values.Length]);
        }
    }

    // Two messages one after the other are read as one: the graph with more outputs.
    private byte[] TapGraph()
    {
        var taps = new GraphProto();
        foreach (string activation in _activations)
            taps.Output.Add(new ValueInfoProto
            {
                Name = activation,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } },
            });
        byte[] suffix = new ModelProto { Graph = taps }.ToByteArray();
        using var file = File.OpenRead(_package.GraphPath);
        byte[] bytes = new byte[file.Length + suffix.Length];
        file.ReadExactly(bytes.AsSpan(0, (int)file.Length));
        suffix.CopyTo(bytes, file.Length);
        return bytes;
    }
}
