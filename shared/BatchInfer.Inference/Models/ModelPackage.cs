using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>One runnable model on disk: a graph of a folder in Hugging Face layout with the files that belong to it.</summary>
public sealed class ModelPackage
{
    internal ModelPackage(ModelDescriptor descriptor, string directory, string graphPath, OnnxGraphInfo graph, ModelConfig config,
        IReadOnlyList<ModelTask> outputs, GenerationFiles? generation = null)
    {
        Descriptor = descriptor;
        Directory = directory;
        GraphPath = graphPath;
        Graph = graph;
        Config = config;
        Outputs = outputs;
        Generation = generation;
    }

    /// <summary>What the model is and can do; its revision is the digest of its files.</summary>
    public ModelDescriptor Descriptor { get; }

    /// <summary>Full path of the model's folder.</summary>
    public string Directory { get; }

    /// <summary>Full path of the ONNX file.</summary>
    public string GraphPath { get; }

    internal OnnxGraphInfo Graph { get; }

    internal ModelConfig Config { get; }

    internal IReadOnlyList<ModelTask> Outputs { get; }

    /// <summary>The graphs of a model that writes or scores texts; null for others.</summary>
    internal GenerationFiles? Generation { get; }

    /// <summary>All its graphs: one, or those that write texts together.</summary>
    internal IEnumerable<ModelGraph> Graphs => Generation?.All ?? [new ModelGraph(GraphPath, Graph)];

    /// <summary>
    /// Reads every variant of a model's folder: <paramref name="name"/> for <c>model.onnx</c>, and <c>name:suffix</c> for each
    /// <c>model_suffix.onnx</c>, in <c>onnx/</c> or in the folder itself; of an encoder–decoder, for <c>encoder_model.onnx</c> with
    /// <c>decoder_model.onnx</c> or <c>decoder_model_merged.onnx</c>, and for those with a suffix.
    /// </summary>
    /// <exception cref="ModelFormatException">A file is missing or cannot be used.</exception>
    public static IReadOnlyList<ModelPackage> Read(string name, string directory)
    {
        var problems = new List<ModelFormatException>();
        var models = new ModelFolder(name, directory).Read(problems.Add);
        return problems.Count == 0 ? models : throw problems[0];
    }

    /// <summary>Reads every variant of a model's folder that can be used.</summary>
    /// <returns>What can be used, and a sentence for each thing that cannot.</returns>
    public static ModelScan ReadFolder(string name, string directory)
    {
        var problems = new List<string>();
        try
        {
            return new ModelScan(new ModelFolder(name, directory).Read(p => problems.Add(p.Message)), problems);
        }
        catch (Exception e) when (e is ModelFormatException or IOException or UnauthorizedAccessException)
        {
            return new ModelScan([], [e.Message]);
        }
    }
}
