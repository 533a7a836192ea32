using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Decides which tasks a graph can do, and which of its outputs answers each.</summary>
internal static class ModelTasks
{
    private static readonly string[] KnownInputs = ["input_ids", "attention_mask", "token_type_ids"];
    private static readonly string[] TokenOutputs = ["last_hidden_state", "token_embeddings"];

    /// <summary>Output by task; the first is the default task.</summary>
    /// <exception cref="ModelFormatException">The graph takes unknown inputs, or none of its outputs answers a task.</exception>
    public static IReadOnlyList<(string Task, OnnxTensorInfo Output)> Find(string graphPath, OnnxGraphInfo graph, ModelConfig config)
    {
        CheckInputs(graphPath, graph);
        var tasks = new List<(string, OnnxTensorInfo)>();
        bool onlyOutput = graph.Outputs.Count == 1;
        var logits = graph.FindOutput("logits")
            ?? (onlyOutput && config.Architecture.EndsWith("ForSequenceClassification", StringComparison.Ordinal) ? graph.Outputs[0] : null);
        if (logits is { Rank: 2 or null }) tasks.Add((TaskNames.TextClassification, logits));

        // Token outputs come first: they leave the pooling to the job. Other exports name a lone output as they like.
        var tokens = TokenOutputs.Select(graph.FindOutput).FirstOrDefault(o => o is { Rank: 3 or null })
            ?? graph.FindOutput("sentence_embedding")
            ?? (onlyOutput && config.Architecture.EndsWith("Model", StringComparison.Ordinal) && graph.Outputs[0].Rank == 3 ? graph.Outputs[0] : null);
        if (tokens is not null) tasks.Add((TaskNames.FeatureExtraction, tokens));
        if (tasks.Count > 0 || IsMasked(graph, config)) return tasks;
        throw new ModelFormatException(
            $"{graphPath} ({config.Architecture}) has the outputs {string.Join("; ", graph.Outputs)}, which answer no supported task. "
            + "text-classification needs logits [batch, labels]; feature-extraction needs last_hidden_state [batch, sequence, width] or sentence_embedding [batch, width].");
    }

    /// <summary>Whether a graph by itself says what comes next in a text.</summary>
    public static bool IsDecoder(OnnxGraphInfo graph, ModelConfig config) =>
        graph.Inputs.Any(i => CacheLayout.IsPast(i.Name)) || (config.IsCausal && graph.FindOutput("logits") is { Rank: 3 or null });

    /// <summary>Whether a graph guesses hidden tokens, by which a text can be scored.</summary>
    public static bool IsMasked(OnnxGraphInfo graph, ModelConfig config) => config.IsMasked && graph.FindOutput("logits") is { Rank: 3 or null };

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
    public static string Scoring(ModelConfig config) => InferenceParameters.From(new JsonObject { ["max_length"] = config.ContextLength }).CanonicalJson;

    /// <summary>Default parameters of a task as canonical JSON.</summary>
    public static string Defaults(string task, OnnxTensorInfo output, ModelConfig config, int labels)
    {
        var defaults = new JsonObject { ["max_length"] = config.ContextLength };
        if (task == TaskNames.TextClassification)
        {
            // As Hugging Face's pipeline: several labels at once, or a single one, are probabilities by themselves.
            defaults["function"] = config.MultiLabel || labels == 1 ? "sigmoid" : "softmax";
        }
        else
        {
            defaults["normalize"] = true;
            if (output.Rank != 2) defaults["pooling"] = config.Pooling;
        }

        return InferenceParameters.From(defaults).CanonicalJson;
    }

    /// <summary>Labels in the order of the logits.</summary>
    public static IReadOnlyList<string> Labels(string graphPath, OnnxTensorInfo logits, ModelConfig config)
    {
        long width = logits.Shape is { Length: 2 } shape ? shape[1] : -1;
        if (config.Labels is null)
            return width > 0
                ? [.. Enumerable.Range(0, (int)width).Select(i => $"LABEL_{i}")]
                : throw new ModelFormatException($"{config.Path} names no labels (\"id2label\"), and {graphPath} does not say how many logits it has. Add \"id2label\".");
        if (width > 0 && width != config.Labels.Count)
            throw new ModelFormatException($"{config.Path} names {config.Labels.Count} labels (\"id2label\"), but {graphPath} gives {width} logits. Use the config that belongs to this graph.");
        return config.Labels;
    }

    private static void CheckInputs(string graphPath, OnnxGraphInfo graph)
    {
        foreach (var input in graph.Inputs)
        {
            if (!KnownInputs.Contains(input.Name))
                throw new ModelFormatException($"{graphPath} takes the input {input}, which is not supported. Export the model with only {string.Join(", ", KnownInputs)}.");
            if (input.ElementType is not (OnnxTensorInfo.Int64 or OnnxTensorInfo.Int32))
                throw new ModelFormatException($"{graphPath} takes {input.Name} with element type {input.ElementType}; only int64 and int32 are supported. Export the model again.");
        }

        if (graph.FindInput("input_ids") is null)
            throw new ModelFormatException($"{graphPath} has no input input_ids (it takes: {string.Join("; ", graph.Inputs)}). It is not a text encoder in Hugging Face's layout.");
    }
}
