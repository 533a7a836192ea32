using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Default parameters of the tasks of a model: those of Hugging Face's pipelines, and what the model's files say.</summary>
internal static class TaskDefaults
{
    // As Hugging Face's question-answering: rows of 384 tokens that share 128.
    private const int AnswerLength = 384, MostOverlap = 128;

    /// <summary>Defaults of a task as canonical JSON.</summary>
    public static string Of(ModelTask task, ModelConfig config, IReadOnlyList<string> labels)
    {
        var defaults = new JsonObject { ["max_length"] = config.ContextLength, ["long_input"] = "truncate", ["stride"] = 0 };
        switch (task.Task)
        {
            case TaskNames.TextClassification:
                defaults["function"] = Function(config, labels.Count);
                defaults["top_k"] = labels.Count;
                defaults["window_aggregation"] = "mean";
                break;
            case TaskNames.ZeroShotClassification:
                defaults["hypothesis_template"] = "This example is {}.";
                defaults["multi_label"] = false;
                defaults["window_aggregation"] = "mean";
                break;
            case TaskNames.TokenClassification:
                defaults["stride"] = Math.Min(MostOverlap, config.ContextLength / 4);
                defaults["aggregation_strategy"] = "none";
                defaults["ignore_labels"] = new JsonArray("O");
                break;
            case TaskNames.FillMask:
                defaults["stride"] = Math.Min(MostOverlap, config.ContextLength / 4);
                defaults["top_k"] = 5;
                break;
            case TaskNames.QuestionAnswering:
                int length = Math.Min(AnswerLength, config.ContextLength);
                defaults["max_length"] = length;
                defaults["long_input"] = "window";
                defaults["stride"] = Math.Min(MostOverlap, length / 2);
                defaults["top_k"] = 1;
                defaults["max_answer_len"] = 15;
                defaults["handle_impossible_answer"] = false;
                defaults["align_to_words"] = true;
                break;
            case TaskNames.TextRanking or TaskNames.SentenceSimilarity when labels.Count == 1:
                defaults["function"] = config.CrossEncoder == ScoreFunction.None ? "none" : "sigmoid";
                defaults["window_aggregation"] = "max";
                break;
            default:
                AddEmbedding(defaults, task, config);
                break;
        }

        return InferenceParameters.From(defaults).CanonicalJson;
    }

    /// <summary>Size of an embedding before any cut, as far as the files say.</summary>
    public static int? Dimensions(ModelTask task, ModelConfig config) => task.Output.Width ?? config.HiddenSize;

    private static void AddEmbedding(JsonObject defaults, ModelTask task, ModelConfig config)
    {
        defaults["max_length"] = Math.Min(config.ContextLength, config.Embedding.MaxLength ?? int.MaxValue);
        if (task.Output.Rank != 2) defaults["pooling"] = config.Embedding.Pooling;
        if (task.Task == TaskNames.FeatureExtraction) defaults["normalize"] = config.Embedding.Normalize;
        if (Dimensions(task, config) is { } width) defaults["dimensions"] = width;
        defaults["prefix"] = config.Embedding.Prefix;
    }

    // As Hugging Face's pipeline: several labels at once, or a single one, are probabilities by themselves.
    private static string Function(ModelConfig config, int labels) => config.ProblemType switch
    {
        "regression" => "none",
        "multi_label_classification" => "sigmoid",
        _ => labels == 1 ? "sigmoid" : "softmax",
    };
}
