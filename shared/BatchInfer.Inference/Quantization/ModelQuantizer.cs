using BatchInfer.Inference.OnnxSchema;
using Google.Protobuf;

namespace BatchInfer.Inference;

/// <summary>Writes an int8 copy of a model's graph.</summary>
public static class ModelQuantizer
{
    /// <summary>Sample texts that are run at most.</summary>
    public const int MaxSamples = 512;

    private const int MaxSampleTokens = 256;

    // Protocol buffers end at 2 GiB; weights beyond half of that go to a file beside the graph, one tensor at a time.
    private const long MaxInlineBytes = 1L << 30;

    /// <summary>Quantises a model.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="graphPath">The graph to write; a file that is there is replaced when the new one is complete.</param>
    /// <param name="samples">Texts like those to be predicted, for <see cref="QuantizationScheme.Static"/>; null for <see cref="QuantizationScheme.Dynamic"/>.</param>
    /// <param name="ct">Ends it; nothing is left behind.</param>
    /// <exception cref="ModelFormatException">The model cannot be quantised; the message says why.</exception>
    public static QuantizationReport Quantize(ModelPackage model, string graphPath, IEnumerable<TextInput>? samples, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(graphPath);
        var proto = Read(model.GraphPath);
        CheckOpset(proto, model.GraphPath);
        var activations = GraphQuantizer.Activations(proto.Graph);
        if (activations.Count == 0)
            throw new ModelFormatException($"{model.GraphPath} multiplies nothing with float32 weights: there is nothing to quantise. Choose the model's float32 variant.");
        Dictionary<string, ActivationRange>? ranges = null;
        if (samples is not null)
        {
            using var calibrator = new ActivationCalibrator(model, activations);
            ranges = calibrator.Measure(samples.Take(MaxSamples), Math.Min(model.Config.ContextLength, MaxSampleTokens), ct);
        }

        using var target = new GraphFile(graphPath, inline: model.Descriptor.SizeBytes / 2 <= MaxInlineBytes);
        var data = new TensorData(model.GraphPath);
        var quantizer = new GraphQuantizer(proto.Graph, data, ranges) { OnWeights = target.Keep };
        quantizer.Run();
        ct.ThrowIfCancellationRequested();
        foreach (var graph in new GraphIndex(proto.Graph).Graphs)
            foreach (var tensor in graph.Initializer)
                if (TensorData.IsExternal(tensor) && !target.Has(tensor)) target.Move(tensor, data);
        if (ranges is not null && proto.OpsetImport.All(o => o.Domain != GraphQuantizer.ContribDomain))
            proto.OpsetImport.Add(new OperatorSetIdProto { Domain = GraphQuantizer.ContribDomain, Version = 1 });
        proto.ProducerName = "batchinfer";
        long bytes = target.Commit(proto);
        return new QuantizationReport(graphPath, quantizer.Matrices, quantizer.Tables, model.Descriptor.SizeBytes, bytes);
    }

    private static ModelProto Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            return ModelProto.Parser.ParseFrom(file);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelFormatException($"{path} is not an ONNX model ({e.Message}). Export or download it again.", e);
        }
    }

    private static void CheckOpset(ModelProto proto, string path)
    {
        long opset = proto.OpsetImport.FirstOrDefault(o => o.Domain.Length == 0)?.Version ?? 0;
        if (opset < 11) throw new ModelFormatException($"{path} is written for opset {opset}; quantisation needs 11 or newer. Export the model again.");
    }
}
