using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Reads the variants of one model folder; what they share is read once.</summary>
internal sealed class ModelFolder
{
    private readonly string _name;
    private readonly string _directory;
    private readonly ModelRevision _revision;

    public ModelFolder(string name, string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _name = name;
        _directory = Path.GetFullPath(directory);
        _revision = new ModelRevision(_directory);
    }

    /// <param name="onProblem">Called for each variant that cannot be used, while the others can.</param>
    /// <exception cref="ModelFormatException">Nothing in the folder can be used.</exception>
    public List<ModelPackage> Read(Action<ModelFormatException> onProblem)
    {
        if (!Directory.Exists(_directory)) throw new ModelFormatException($"The model folder {_directory} does not exist. Check the path.");
        var config = ModelConfig.Read(_directory);
        var graphs = FindGraphs();
        var decoders = GenerationFolder.Find(_directory);
        if (graphs.Count + decoders.Count == 0)
            throw new ModelFormatException($"{_directory} has no onnx/model.onnx, onnx/model_*.onnx, model.onnx, model_*.onnx or decoder_model*.onnx. Export the model to ONNX, e.g. with Optimum.");
        // Read for its complaints only: a tokenizer is large, and most models of a folder are never run by this process.
        _ = TextTokenizer.Load(_directory);
        var models = new List<ModelPackage>(graphs.Count);
        foreach (var (name, path) in graphs) Add(() => ReadVariant(name, path, config));
        foreach (var (suffix, paths) in decoders)
        {
            string name = suffix.Length == 0 ? _name : $"{_name}:{suffix}";
            if (!graphs.Any(g => g.Name == name)) Add(() => ReadGenerative(name, paths.Read(), config));
        }

        return models;

        void Add(Func<ModelPackage> read)
        {
            try
            {
                models.Add(read());
            }
            catch (ModelFormatException e)
            {
                onProblem(e);
            }
        }
    }

    private ModelPackage ReadGenerative(string name, GenerationFiles files, ModelConfig config)
    {
        var all = files.All.ToList();
        // Each under its role, so that the two decoders of one model are not taken for each other.
        List<(string Role, string Path)> data =
            [.. all.Skip(1).Select((f, i) => ($"graph {i + 1}", f.Path)), .. all.SelectMany(f => f.Graph.ExternalFiles.Select(e => (e, ResolveExternal(f.Path, e)))).Distinct()];
        var tasks = ModelTasks.OfLanguageModel(files, config, GenerationDefaults.Read(_directory, config.ContextLength));
        var descriptor = new ModelDescriptor(
            name, _revision.Compute(all[0].Path, data), config.Architecture, tasks.Keys.First(), tasks, config.ContextLength, [],
            Length(all[0].Path) + data.Sum(d => Length(d.Path)));
        return new ModelPackage(descriptor, _directory, files.Decoder.Path, files.Decoder.Graph, config, [], files);
    }

    private ModelPackage ReadVariant(string name, string graphPath, ModelConfig config)
    {
        var graph = OnnxGraphReader.Read(graphPath);
        var files = new GenerationFiles(null, new ModelGraph(graphPath, graph), null);
        if (ModelTasks.IsDecoder(graph, config)) return ReadGenerative(name, files, config);
        var outputs = ModelTasks.Find(graphPath, graph, config);
        var labelled = outputs.FirstOrDefault(o => o.Task is TaskNames.TextClassification or TaskNames.TokenClassification);
        var labels = labelled is null ? [] : ModelTasks.Labels(graphPath, labelled.Output, config);
        var tasks = outputs.ToDictionary(o => o.Task, o => TaskDefaults.Of(o, config, labels), StringComparer.Ordinal);
        bool scores = outputs.Any(o => o.Task == TaskNames.FillMask);
        if (scores) tasks[TaskNames.TextScoring] = ModelTasks.Scoring(config);
        var data = graph.ExternalFiles.Select(f => (Role: f, Path: ResolveExternal(graphPath, f))).ToList();
        long size = Length(graphPath) + data.Sum(d => Length(d.Path));
        var descriptor = new ModelDescriptor(
            name, _revision.Compute(graphPath, data), config.Architecture, outputs[0].Task, tasks, config.ContextLength, labels, size,
            tasks.Values.Any(d => InferenceParameters.Parse(d).Get(TaskCatalog.Prefix) is not null) ? config.Embedding.Prompts : null);
        return new ModelPackage(descriptor, _directory, graphPath, graph, config, outputs, scores ? files : null);
    }

    private List<(string Name, string Path)> FindGraphs()
    {
        var graphs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string folder in (string[])[Path.Combine(_directory, "onnx"), _directory])
        {
            if (!Directory.Exists(folder)) continue;
            foreach (string path in Directory.EnumerateFiles(folder, "model*.onnx"))
            {
                string stem = Path.GetFileNameWithoutExtension(path);
                if (stem == "model") graphs.TryAdd(_name, path);
                else if (stem.StartsWith("model_", StringComparison.Ordinal)) graphs.TryAdd($"{_name}:{stem["model_".Length..]}", path);
            }
        }

        return [.. graphs.Select(g => (g.Key, g.Value))];
    }

    // A graph may name any path for its weights: only files beside or below it are read.
    internal static string ResolveExternal(string graphPath, string location)
    {
        string folder = Path.GetDirectoryName(graphPath)!;
        string path = Path.GetFullPath(location, folder);
        if (Path.IsPathRooted(location) || !path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new ModelFormatException($"{graphPath} keeps weights in \"{location}\", outside its own folder. Move them beside the graph and export it again.");
        return File.Exists(path)
            ? path
            : throw new ModelFormatException($"{path} is missing: {Path.GetFileName(graphPath)} keeps its weights there. Copy it from the model's repository.");
    }

    // Of a link, the length of what it points to.
    private static long Length(string path)
    {
        using var file = File.OpenRead(path);
        return file.Length;
    }
}
