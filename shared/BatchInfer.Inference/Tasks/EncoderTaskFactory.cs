using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Makes the reader of a task from its parameters, all of which are set.</summary>
internal static class EncoderTaskFactory
{
    /// <exception cref="RefusedParameterException">The model does not do the task, or a parameter is wrong.</exception>
    /// <exception cref="ModelFormatException">The tokenizer lacks what the task needs.</exception>
    public static IEncoderTask Create(ModelPackage package, TextTokenizer tokenizer, string name, InferenceParameters given)
    {
        var task = package.Outputs.FirstOrDefault(o => o.Task == name)
            ?? throw new RefusedParameterException($"The model {package.Descriptor.Name} does not do {name}; it does: {string.Join(", ", package.Outputs.Select(o => o.Task))}.");
        var effective = EffectiveParameters.Of(package.Descriptor, name, given);
        var parameters = effective.Parameters ?? throw new RefusedParameterException($"Parameter {effective.Name} {effective.Problem}.");
        var labels = package.Descriptor.Labels;
        var rows = Rows(parameters);
        var (output, windows, topK) = (task.Output, Windows(parameters), parameters.GetInt("top_k", int.MaxValue));
        return name switch
        {
            TaskNames.TextClassification => new TextClassificationTask(output, rows, labels, Function(parameters), windows, topK),
            TaskNames.TextRanking => new PairScoreTask(output, rows with { NeedsPair = true }, Function(parameters), windows),
            TaskNames.SentenceSimilarity when labels.Count == 1 => new PairScoreTask(output, rows with { NeedsPair = true }, Function(parameters), windows),
            TaskNames.SentenceSimilarity => new EmbeddingSimilarityTask(output, rows with { NeedsPair = true }, Embedding(parameters)),
            TaskNames.ZeroShotClassification => new ZeroShotTask(output, rows with { Encoding = rows.Encoding with { Strategy = TruncationStrategy.OnlyFirst } },
                labels, parameters.GetTexts("candidate_labels"), parameters.GetString("hypothesis_template", "{}"), parameters.GetBool("multi_label", false), windows),
            TaskNames.TokenClassification => new TokenClassificationTask(output, rows with { Details = true },
                new EntityLabels(labels, [.. parameters.GetTexts("ignore_labels")]), Aggregation(parameters), tokenizer),
            TaskNames.FillMask => new FillMaskTask(output, rows with { Details = true }, MaskId(package, tokenizer), topK, Targets(output, parameters, tokenizer), tokenizer),
            TaskNames.QuestionAnswering => new QuestionAnsweringTask(output, task.Outputs[1], rows with
            {
                Details = true, NeedsPair = true, Encoding = rows.Encoding with { Strategy = TruncationStrategy.OnlySecond },
            }, Answers(parameters), tokenizer.SpecialTokens.Classifier),
            _ => new EmbeddingTask(output, rows, Embedding(parameters)),
        };
    }

    private static RowOptions Rows(InferenceParameters parameters) => new(new EncodeOptions(parameters.GetInt("max_length", 512)))
    {
        LongInput = parameters.GetString("long_input", "truncate") switch { "fail" => LongInput.Fail, "window" => LongInput.Window, _ => LongInput.Truncate },
        Overlap = parameters.GetInt("stride", 0),
    };

    private static WindowAggregation Windows(InferenceParameters parameters) =>
        parameters.GetString("window_aggregation", "mean") == "max" ? WindowAggregation.Max : WindowAggregation.Mean;

    private static ScoreFunction Function(InferenceParameters parameters) =>
        parameters.GetString("function", "softmax") switch { "sigmoid" => ScoreFunction.Sigmoid, "none" => ScoreFunction.None, _ => ScoreFunction.Softmax };

    private static EmbeddingSettings Embedding(InferenceParameters parameters) => new(
        parameters.GetString("pooling", "mean") switch { "cls" => Pooling.Cls, "max" => Pooling.Max, "last_token" => Pooling.LastToken, _ => Pooling.Mean },
        parameters.GetBool("normalize", true), parameters.GetInt("dimensions", int.MaxValue), parameters.GetString(TaskCatalog.Prefix, ""));

    private static AggregationStrategy Aggregation(InferenceParameters parameters) => parameters.GetString("aggregation_strategy", "none") switch
    {
        "simple" => AggregationStrategy.Simple,
        "first" => AggregationStrategy.First,
        "average" => AggregationStrategy.Average,
        "max" => AggregationStrategy.Max,
        _ => AggregationStrategy.None,
    };

    private static AnswerSettings Answers(InferenceParameters parameters) => new(
        parameters.GetInt("top_k", 1), parameters.GetInt("max_answer_len", 15),
        parameters.GetBool("handle_impossible_answer", false), parameters.GetBool("align_to_words", true));

    private static int MaskId(ModelPackage package, TextTokenizer tokenizer) => tokenizer.SpecialTokens.Mask
        ?? tokenizer.TokenId("[MASK]") ?? tokenizer.TokenId("<mask>")
        ?? throw new ModelFormatException($"{package.Directory} names no mask_token in tokenizer_config.json or special_tokens_map.json. Add it.");

    // As Hugging Face's pipeline: a target that is no token of the vocabulary counts by its first one.
    private static int[]? Targets(OnnxTensorInfo output, InferenceParameters parameters, TextTokenizer tokenizer)
    {
        if (parameters.GetTexts("targets") is not { Count: > 0 } targets) return null;
        var ids = new SortedSet<int>();
        using var encoder = tokenizer.CreateEncoder();
        using var tokens = new TokenBuffer();
        foreach (string target in targets)
        {
            tokens.Clear();
            int id = tokenizer.TokenId(target) is { } whole ? whole
                : encoder.Encode(new TextInput(target, null), EncodeOptions.Whole with { AddSpecialTokens = false }, tokens).Rows > 0 ? tokens.Ids[0]
                : throw new RefusedParameterException($"Parameter targets has \"{target}\", which has no token in this model's vocabulary. Take it out, or give another.");
            if (id < (output.Width ?? int.MaxValue)) ids.Add(id);
        }

        return [.. ids];
    }
}
