namespace BatchInfer.Contracts;

/// <summary>Tasks that read a text in one run: classify, embed, tag, fill, rank, answer.</summary>
internal static class EncoderTasks
{
    private const int LongestLength = 1_048_576;

    private static readonly ParameterSpec MaxLength = ParameterSpec.WholeNumber(
        TaskCatalog.MaxLength, "Longest row in tokens, special tokens included [the model's context length].", 4, LongestLength);

    private static readonly ParameterSpec LongInput = ParameterSpec.Choice(
        "long_input", "What becomes of an input longer than max_length: truncate cuts it, fail makes it an error row, window slides over it and merges the outputs.",
        "truncate", "fail", "window");

    private static readonly ParameterSpec Stride = ParameterSpec.WholeNumber(
        TaskCatalog.Stride, "Tokens that neighbouring windows share.", 0, LongestLength) with { OnlyWith = ("long_input", "window") };

    private static readonly ParameterSpec WindowAggregation = ParameterSpec.Choice(
        "window_aggregation", "How the windows of an input become one: the mean of their logits weighted by tokens, or the max.", "mean", "max")
        with { OnlyWith = ("long_input", "window") };

    private static readonly ParameterSpec Function = ParameterSpec.Choice(
        "function", "softmax (one label), sigmoid (each label by itself) or none (the logits).", "softmax", "sigmoid", "none");

    private static readonly ParameterSpec ScoreFunction = ParameterSpec.Choice(
        "function", "What makes a score of the model's logit: sigmoid (0 to 1) or none.", "sigmoid", "none");

    private static readonly ParameterSpec Template = new(
        "hypothesis_template", "Sentence that a label makes, with {} in the label's place.",
        v => v is System.Text.Json.Nodes.JsonValue value && value.TryGetValue(out string? s) && s.Contains("{}", StringComparison.Ordinal) && s.Length <= 8192
            ? null
            : "must be a sentence with {} where the label goes");

    private static readonly ParameterSpec[] Embedding =
    [
        MaxLength, LongInput, Stride,
        ParameterSpec.Choice("pooling", "How the tokens' vectors become one: mean, cls (the first token), max or last_token.", "mean", "cls", "max", "last_token"),
        ParameterSpec.WholeNumber("dimensions", "Keeps this many leading values, for models trained so (Matryoshka); cut before normalising.", 1, LongestLength)
            with { DefaultIsLargest = true },
        ParameterSpec.Text(TaskCatalog.Prefix, "Text put before each text, e.g. \"query: \".", 8192),
        ParameterSpec.Text(TaskCatalog.PromptName, "Takes the prefix of this name from the model's config_sentence_transformers.json.", 256) with { HasDefault = false },
    ];

    public static IEnumerable<KeyValuePair<string, TaskSpec>> All { get; } =
    [
        new(TaskNames.TextClassification, new(
        [
            MaxLength, LongInput, Stride, WindowAggregation, Function,
            ParameterSpec.WholeNumber("top_k", "Labels to give, the best first [all].", 1, LongestLength) with { DefaultIsAll = true },
        ]) { Pair = PairUse.Optional }),
        new(TaskNames.FeatureExtraction, new(
        [
            .. Embedding,
            ParameterSpec.Flag("normalize", "true scales the vector to length 1."),
        ]) { Pair = PairUse.Optional }),
        new(TaskNames.TokenClassification, new(
        [
            MaxLength, LongInput, Stride,
            ParameterSpec.Choice("aggregation_strategy",
                "none gives tokens; simple joins neighbouring tokens of one entity; first, average and max also give all tokens of a word one label.",
                "none", "simple", "first", "average", "max"),
            ParameterSpec.TextList("ignore_labels", "Labels to leave out.", 0, 10_000) with { NamesLabels = true },
        ])),
        new(TaskNames.FillMask, new(
        [
            MaxLength, LongInput, Stride,
            ParameterSpec.WholeNumber("top_k", "Tokens to give for each mask, the best first.", 1, 1000),
            ParameterSpec.TextList("targets", "Only these are scored, each by its first token.", 1, 1000) with { HasDefault = false },
        ])),
        new(TaskNames.ZeroShotClassification, new(
        [
            MaxLength, LongInput, Stride, WindowAggregation,
            ParameterSpec.TextList("candidate_labels", "Labels to score each text for.", 1, 1000) with { HasDefault = false, Required = true },
            Template,
            ParameterSpec.Flag("multi_label", "true scores each label by itself; else the scores sum to 1."),
        ])),
        new(TaskNames.TextRanking, new([MaxLength, LongInput, Stride, WindowAggregation, ScoreFunction]) { Pair = PairUse.Required, TextPairField = "text_pair" }),
        new(TaskNames.SentenceSimilarity, new([.. Embedding, WindowAggregation, ScoreFunction]) { Pair = PairUse.Required, TextPairField = "text_pair" }),
        new(TaskNames.QuestionAnswering, new(
        [
            MaxLength with { Alias = "max_seq_len" }, LongInput, Stride with { Alias = "doc_stride" },
            ParameterSpec.WholeNumber("top_k", "Answers to give, the best first.", 1, 1000),
            ParameterSpec.WholeNumber("max_answer_len", "Longest answer in tokens.", 1, LongestLength),
            ParameterSpec.Flag("handle_impossible_answer", "true also weighs that the context holds no answer."),
            ParameterSpec.Flag("align_to_words", "true widens an answer to whole words."),
        ]) { Pair = PairUse.Required, TextField = "question", TextPairField = "context" }),
    ];
}
