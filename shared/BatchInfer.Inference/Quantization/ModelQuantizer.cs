using BatchInfer.Contracts;
using BatchInfer.Inference.OnnxSchema;
using Google.Protobuf;

namespace BatchInfer.Inference;

/// <summary>Writes an int8 copy of a model.</summary>
public static class ModelQuantizer
{
    /// <summary>Name of the variant: <c>model_int8.onnx</c> is served as <c>NAME:int8</c>.</summary>
    public const string Variant = "int8";

    /// <summary>Sample texts that are run at most.</summary>
    public const int MaxSamples = 512;

    private const int MaxSampleTokens = 256, MinOpset = 11;

    // Protocol buffers end at 2 GiB; beyond this the weights go to a file beside the graph, one tensor at a time.
    private const long MaxInlineBytes = 1L << 30;

    /// <summary>Quantises every graph of a model.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="directory">
    /// Model folder to write to. The model's own folder gets the graphs beside the float ones, as a variant; another one becomes a
    /// model of its own, with copies of the model's other files. Files that are there are replaced when the new ones are whole.
    /// </param>
    /// <param name="samples">
    /// Texts like those to be predicted, for <see cref="QuantizationScheme.Static"/>; null for <see cref="QuantizationScheme.Dynamic"/>.
    /// </param>
    /// <param name="ct">Ends it; no half a file is left behind.</param>
    /// <exception cref="ModelFormatException">The model cannot be quantised; the message says why.</exception>
    public static QuantizationReport Quantize(ModelPackage model, string directory, IReadOnlyList<TextInput>? samples, CancellationToken ct) =>
        Quantize(model, directory, samples, MaxInlineBytes, ct);

    internal static QuantizationReport Quantize(
        ModelPackage model, string directory, IReadOnlyList<TextInput>? samples, long maxInlineBytes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        bool variant = directory == model.Directory;
        List<string> graphs = [.. model.Graphs.Select(g => g.Path)];
        // Its graphs take each other's states, not texts.
        if (samples is not null && model.Outputs.Count == 0)
            throw new ModelFormatException($"{model.Descriptor.Name} writes texts ({string.Join(", ", graphs.Select(Path.GetFileName))}); such a model is not run on samples. Quantise it without samples.");
        if (!variant) CopyOtherFiles(model.Directory, directory);
        var reports = graphs.ConvertAll(path =>
        {
            string stem = Path.GetFileNameWithoutExtension(path) + (variant ? "_" + Variant : "");
            string target = Path.GetFullPath(Path.Combine(Path.GetRelativePath(model.Directory, Path.GetDirectoryName(path)!), stem + ".onnx"), directory);
            return QuantizeGraph(model, path, target, samples, maxInlineBytes, ct);
        });
        return new QuantizationReport(
            [.. reports.Select(r => r.Path)], samples is null ? QuantizationScheme.Dynamic : QuantizationScheme.Static,
            reports.Sum(r => r.Matrices), reports.Sum(r => r.Tables), reports.Sum(r => r.SourceBytes), reports.Sum(r => r.Bytes));
    }

    private static void CopyOtherFiles(string from, string to)
    {
        foreach (string path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(from, path);
            if (!ModelFiles.IsDescriptive(relative)) continue;
            string target = Path.Combine(to, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target, overwrite: true);
        }
    }

    private static GraphReport QuantizeGraph(
        ModelPackage model, string path, string target, IReadOnlyList<TextInput>? samples, long maxInlineBytes, CancellationToken ct)
    {
        var proto = Read(path);
        CheckOpset(proto, path);
        if (!GraphQuantizer.Multiplies(proto.Graph))
            throw new ModelFormatException($"{path} multiplies nothing with float32 weights: there is nothing to quantise. Choose the model's float32 variant.");
        Dictionary<string, ActivationRange>? ranges = null;
        if (samples is not null)
        {
            var activations = GraphQuantizer.Activations(proto.Graph);
            if (activations.Count == 0)
                throw new ModelFormatException($"{path} multiplies only inside of its branches, where samples cannot be followed. Quantise it without samples.");
            using var calibrator = new ActivationCalibrator(model, activations);
            ranges = calibrator.Measure(samples.Take(MaxSamples), Math.Min(model.Config.ContextLength, MaxSampleTokens), ct);
        }

        var data = new TensorData(path);
        long sourceBytes = data.SizeWith(proto);
        using var file = new GraphFile(target, inline: sourceBytes / 2 <= maxInlineBytes);
        var quantizer = new GraphQuantizer(proto.Graph, data, ranges) { OnWeights = file.Keep };
        quantizer.Run(ct);
        foreach (var graph in new GraphIndex(proto.Graph).Graphs)
            foreach (var tensor in graph.Initializer)
                if (TensorData.IsExternal(tensor) && !file.Has(tensor)) file.Move(tensor, data);
        if (ranges is not null && proto.OpsetImport.All(o => o.Domain != GraphQuantizer.ContribDomain))
            proto.OpsetImport.Add(new OperatorSetIdProto { Domain = GraphQuantizer.ContribDomain, Version = 1 });
        proto.ProducerName = "batchinfer";
        return new GraphReport(target, quantizer.Matrices, quantizer.Tables, sourceBytes, file.Commit(proto));
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
        if (opset < MinOpset) throw new ModelFormatException($"{path} is written for opset {opset}; quantisation needs {MinOpset} or newer. Export the model again.");
    }

    private readonly record struct GraphReport(string Path, int Matrices, int Tables, long SourceBytes, long Bytes);
}
