using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Decides which tasks a graph can do, and which of its outputs answers each.</summary>
internal static class ModelTasks
{
    private static readonly string[] KnownInputs = ["input_ids", "attention_mask", "token_type_ids", "position_ids"];
    private static readonly string[] TokenOutputs = ["last_hidden_state", "token_embeddings"];
    private static readonly string[] VocabularyOutputs = ["logits", "prediction_logits", "prediction_scores"];

    /// <summary>Tasks of a graph; the first is the default one.</summary>
    /// <exception cref="ModelFormatException">The graph takes unknown inputs, or none of its outputs answers a task.</exception>
    public static IReadOnlyList<ModelTask> Find(string graphPath, OnnxGraphInfo graph, ModelConfig config)
    {
        CheckInputs(graphPath, graph);
        var tasks = new List<ModelTask>();
        if (Head(config) is { } head) Add(head, HeadOutputs(head, graph));
        else AddByOutputs();
        if (Embeddings(graph, config, tasks.Count == 0) is { } embeddings)
        {
            if (embeddings.Rank != 2 && config.Embedding.Obstacle is { } obstacle) throw new ModelFormatException(obstacle);
            Add(TaskNames.FeatureExtraction, [embeddings]);
            Add(TaskNames.SentenceSimilarity, [embeddings]);
        }

        if (tasks.Count > 0) return tasks;
        throw new ModelFormatException(
            $"{graphPath} ({config.Architecture}) has the outputs {string.Join("; ", graph.Outputs)}, which answer no supported task. "
            + "Needed are logits [batch, labels] for text-classification, [batch, sequence, labels] for token-classification, [batch, sequence, vocabulary] for fill-mask, "
            + "start_logits and end_logits [batch, sequence] for question-answering, last_hidden_state [batch, sequence, width] or sentence_embedding [batch, width] for feature-extraction.");

        void Add(string task, IReadOnlyList<OnnxTensorInfo>? outputs)
        {
            if (outputs is null || tasks.Exists(t => t.Task == task)) return;
            tasks.Add(new ModelTask(task, outputs));
            if (task != TaskNames.TextClassification) return;
            var labels = Labels(graphPath, outputs[0], config);
            if (labels.Count > 1 && ZeroShotTask.Entailment(labels) is not null) tasks.Add(new ModelTask(TaskNames.ZeroShotClassification, outputs));
            if (labels.Count != 1) return;
            tasks.Insert(config.CrossEncoder is null ? tasks.Count : 0, new ModelTask(TaskNames.TextRanking, outputs));
            tasks.Add(new ModelTask(TaskNames.SentenceSimilarity, outputs));
        }

        // The architecture names no head: the outputs tell.
        void AddByOutputs()
        {
            if (graph.FindOutput("start_logits") is not null) Add(TaskNames.QuestionAnswering, HeadOutputs(TaskNames.QuestionAnswering, graph));
            if (graph.FindOutput("logits") is not { } logits) return;
            if (logits.Rank == 2) Add(TaskNames.TextClassification, [logits]);
            else if (logits.Rank == 3 && config.Labels is not null && logits.Width == config.Labels.Count) Add(TaskNames.TokenClassification, [logits]);
            else if (logits.Rank == 3 && logits.Width == config.VocabularySize) Add(TaskNames.FillMask, [logits]);
        }
    }

    /// <summary>Whether a graph by itself says what comes next in a text.</summary>
    public static bool IsDecoder(OnnxGraphInfo graph, ModelConfig config) =>
        graph.Inputs.Any(i => CacheLayout.IsPast(i.Name)) || (config.IsCausal && graph.FindOutput("logits") is { Rank: 3 or null });

    /// <summary>Tasks of a model that writes texts, each with its default parameters; the default task first.</summary>
    public static IReadOnlyDictionary<string, string> OfLanguageModel(GenerationFiles files, ModelConfig config, GenerationDefaults defaults)
    {
        var tasks = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [files.IsEncoderDecoder ? TaskNames.Text2TextGeneration : TaskNames.TextGeneration] = defaults.Parameters,
        };
        if (!files.IsEncoderDecoder) tasks[TaskNames.TextScoring] = Scoring(config);
        return tasks;
    }

    /// <summary>Default parameters of scoring texts.</summary>
    public static string Scoring(ModelConfig config) => InferenceParameters.From(new JsonObject { [TaskCatalog.MaxLength] = config.ContextLength }).CanonicalJson;

    /// <summary>Labels in the order of the logits.</summary>
    public static IReadOnlyList<string> Labels(string graphPath, OnnxTensorInfo logits, ModelConfig config)
    {
        long width = logits.Width ?? -1;
        if (config.Labels is null)
            return width is > 0 and <= 1_000_000
                ? [.. Enumerable.Range(0, (int)width).Select(i => $"LABEL_{i}")]
                : throw new ModelFormatException($"{config.Path} names no labels (\"id2label\"), and {graphPath} does not say how many logits it has. Add \"id2label\".");
        if (width > 0 && width != config.Labels.Count)
            throw new ModelFormatException($"{config.Path} names {config.Labels.Count} labels (\"id2label\"), but {graphPath} gives {width} logits. Use the config that belongs to this graph.");
        return config.Labels;
    }

    private static string? Head(ModelConfig config)
    {
        string name = config.Architecture;
        if (name.EndsWith("ForSequenceClassification", StringComparison.Ordinal)) return TaskNames.TextClassification;
        if (name.EndsWith("ForTokenClassification", StringComparison.Ordinal)) return TaskNames.TokenClassification;
        if (name.EndsWith("ForQuestionAnswering", StringComparison.Ordinal)) return TaskNames.QuestionAnswering;
        if (name.EndsWith("ForMaskedLM", StringComparison.Ordinal)) return TaskNames.FillMask;
        // One that is known to be something else, e.g. ForMultipleChoice, does none of them whatever its outputs look like.
        return name.Contains("For", StringComparison.Ordinal) || name.EndsWith("LMHeadModel", StringComparison.Ordinal) ? "" : null;
    }

    // The output by its usual name, else the only one of its rank: exports name a lone output as they like.
    private static IReadOnlyList<OnnxTensorInfo>? HeadOutputs(string task, OnnxGraphInfo graph)
    {
        switch (task)
        {
            case TaskNames.TextClassification: return One(["logits"], 2);
            case TaskNames.TokenClassification: return One(["logits"], 3);
            case TaskNames.FillMask: return One(VocabularyOutputs, 3);
            case TaskNames.QuestionAnswering:
                if (graph.FindOutput("start_logits") is { Rank: 2 or null } start && graph.FindOutput("end_logits") is { Rank: 2 or null } end) return [start, end];
                OnnxTensorInfo[] pair = [.. graph.Outputs.Where(o => o.Rank == 2)];
                return pair.Length == 2 ? pair : null;
            default: return null;
        }

        IReadOnlyList<OnnxTensorInfo>? One(string[] names, int rank)
        {
            if (names.Select(graph.FindOutput).FirstOrDefault(o => o is not null && (o.Rank ?? rank) == rank) is { } named) return [named];
            OnnxTensorInfo[] fitting = [.. graph.Outputs.Where(o => o.Rank == rank && !TokenOutputs.Contains(o.Name))];
            return fitting.Length == 1 ? fitting : null;
        }
    }

    // Token outputs come first: they leave the pooling to the job. One of any name will do where it answers nothing else.
    private static OnnxTensorInfo? Embeddings(OnnxGraphInfo graph, ModelConfig config, bool anyName)
    {
        bool fits = config.Embedding.Obstacle is null;
        var tokens = TokenOutputs.Select(graph.FindOutput).FirstOrDefault(o => o is { Rank: 3 or null });
        var pooled = graph.FindOutput("sentence_embedding");
        if ((fits ? tokens ?? pooled : pooled ?? tokens) is { } named) return named;
        return anyName && graph.Outputs is [{ Rank: 3 } only] && config.Architecture.EndsWith("Model", StringComparison.Ordinal) ? only : null;
    }

    private static void CheckInputs(string graphPath, OnnxGraphInfo graph)
    {
        foreach (var input in graph.Inputs)
        {
            if (!KnownInputs.Contains(input.Name))
                throw new ModelFormatException($"{graphPath} takes the input {input}, which is not supported. Export the model with only {string.Join(", ", KnownInputs)}.");
            if (input.ElementType is not (OnnxTensorInfo.Int64 or OnnxTensorInfo.Int32))
                throw new ModelFormatException($"{graphPath} takes {input.Name} with element type {input.ElementType}; only int64 and int32 are supported. Export the model again.");
            if (input.Shape is { } shape && (shape.Length != 2 || Array.Exists(shape, size => size > 0)))
                throw new ModelFormatException($"{graphPath} takes the input {input}; it must be [batch, sequence] with any sizes. Export the model with dynamic axes.");
        }

        if (graph.FindInput("input_ids") is null)
            throw new ModelFormatException($"{graphPath} has no input input_ids (it takes: {string.Join("; ", graph.Inputs)}). It is not a text encoder in Hugging Face's layout.");
    }
}
