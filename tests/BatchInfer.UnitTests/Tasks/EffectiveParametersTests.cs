using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Tasks;

public sealed class EffectiveParametersTests
{
    [Theory]
    [InlineData(TaskNames.FeatureExtraction, "{}", """{"dimensions":3,"long_input":"truncate","max_length":16,"normalize":true,"pooling":"mean","prefix":""}""")]
    [InlineData(TaskNames.FeatureExtraction, """{"prompt_name":"query"}""", """{"dimensions":3,"long_input":"truncate","max_length":16,"normalize":true,"pooling":"mean","prefix":"q: "}""")]
    [InlineData(TaskNames.FeatureExtraction, """{"long_input":"window","max_length":8}""",
        """{"dimensions":3,"long_input":"window","max_length":8,"normalize":true,"pooling":"mean","prefix":"","stride":0}""")]
    public void What_changes_nothing_is_left_out_and_defaults_are_written(string task, string given, string effective)
    {
        using var folder = Embedder();
        Assert.Equal(effective, Of(folder, task, given).Parameters!.CanonicalJson);
        // What is effective stays what it is.
        Assert.Equal(effective, Of(folder, task, effective).Parameters!.CanonicalJson);
    }

    [Theory]
    [InlineData("""{"max_length":17}""", "max_length", "at most 16")]
    [InlineData("""{"max_length":3}""", "max_length", "from 4 to")]
    [InlineData("""{"dimensions":4}""", "dimensions", "at most 3")]
    [InlineData("""{"stride":2}""", "stride", "only with long_input=window")]
    [InlineData("""{"stride":8,"max_length":8,"long_input":"window"}""", "stride", "less than max_length")]
    [InlineData("""{"prompt_name":"absent"}""", "prompt_name", "query, passage")]
    [InlineData("""{"prompt_name":"query","prefix":"x"}""", "prompt_name", "one of the two")]
    [InlineData("""{"top_k":2}""", "top_k", "is not a parameter of feature-extraction")]
    [InlineData("""{"pooling":7}""", "pooling", "must be one of")]
    public void A_wrong_value_is_named(string given, string name, string problem)
    {
        using var folder = Embedder();
        var effective = Of(folder, TaskNames.FeatureExtraction, given);
        Assert.Equal(name, effective.Name);
        Assert.Contains(problem, effective.Problem, StringComparison.Ordinal);
        Assert.Null(effective.Parameters);
    }

    [Fact]
    public void A_stride_made_for_longer_windows_gives_way_and_an_alias_is_written_by_its_name()
    {
        using var folder = TinyModels.Reader(32);
        var shorter = Of(folder, TaskNames.QuestionAnswering, """{"max_seq_len":10}""").Parameters!;
        Assert.Equal((10, 5), (shorter.GetInt("max_length", 0), shorter.GetInt("stride", 0)));
        Assert.Equal(Of(folder, TaskNames.QuestionAnswering, """{"stride":3}"""), Of(folder, TaskNames.QuestionAnswering, """{"doc_stride":3}"""));
        Assert.Equal("doc_stride", Of(folder, TaskNames.QuestionAnswering, """{"doc_stride":3,"stride":4}""").Name);
    }

    [Fact]
    public void More_labels_than_there_are_is_all_of_them_and_so_one_key()
    {
        using var folder = TinyModels.Adder(["A", "B"], 16);
        var all = Of(folder, TaskNames.TextClassification, "{}");
        Assert.Equal(2, all.Parameters!.GetInt("top_k", 0));
        Assert.Equal(all, Of(folder, TaskNames.TextClassification, """{"top_k":99}"""));
        Assert.NotEqual(all, Of(folder, TaskNames.TextClassification, """{"top_k":1}"""));
    }

    [Theory]
    [InlineData("nope", false)]
    [InlineData("O,nope", false)]
    [InlineData("o", false)]
    [InlineData("O", true)]
    [InlineData("PER,O", true)]
    [InlineData("B-PER", true)]
    [InlineData("", true)]
    public void Labels_to_leave_out_are_labels_of_the_model_or_kinds_of_entity(string ignored, bool taken)
    {
        using var folder = TinyModels.Tagger(["O", "B-PER", "I-PER"], 16);
        var effective = Of(folder, TaskNames.TokenClassification, $$"""{"ignore_labels":"{{ignored}}"}""");
        Assert.Equal(taken, effective.Parameters is not null);
        if (taken) return;
        Assert.Equal("ignore_labels", effective.Name);
        Assert.Contains("Its labels are: O, B-PER, I-PER", effective.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_tagger_leaves_out_by_default_it_need_not_have()
    {
        using var folder = TinyModels.Tagger(["LABEL_0", "LABEL_1"], 16);
        string defaults = Of(folder, TaskNames.TokenClassification, "{}").Parameters!.CanonicalJson;
        Assert.Equal(defaults, Of(folder, TaskNames.TokenClassification, defaults).Parameters!.CanonicalJson);
    }

    [Fact]
    public void A_list_with_commas_is_the_list_and_what_is_needed_is_asked_for()
    {
        using var folder = TinyModels.Adder(["entailment", "not_entailment"], 16);
        const string Task = TaskNames.ZeroShotClassification;
        Assert.Equal(Of(folder, Task, """{"candidate_labels":["a","b c"]}"""), Of(folder, Task, """{"candidate_labels":"a, b c"}"""));
        Assert.Equal("candidate_labels", Of(folder, Task, "{}").Name);
        Assert.Equal("candidate_labels", Of(folder, Task, """{"candidate_labels":["a","a"]}""").Name);
        Assert.Equal("hypothesis_template", Of(folder, Task, """{"candidate_labels":"a","hypothesis_template":"no place"}""").Name);
    }

    [Fact]
    public void A_parameter_that_means_nothing_to_the_model_is_refused()
    {
        using var folder = TinyModels.Adder(["LABEL_0"], 16);
        Assert.Contains("changes nothing with this model", Of(folder, TaskNames.SentenceSimilarity, """{"pooling":"mean"}""").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_are_bounded_together_and_the_largest_is_named()
    {
        using var folder = TinyModels.Adder(["entailment", "not_entailment"], 16);
        const string Task = TaskNames.ZeroShotClassification;
        string labels = string.Join("\",\"", Enumerable.Range(0, 999).Select(i => $"label {i} {new string('x', 60)}"));
        var large = Of(folder, Task, $$"""{"candidate_labels":["{{labels}}"],"multi_label":true}""");
        Assert.Null(large.Parameters);
        Assert.Equal("candidate_labels", large.Name);
        Assert.Contains("all parameters", large.Problem, StringComparison.Ordinal);
        Assert.Contains("65536", large.Problem, StringComparison.Ordinal);
        // Quotes are not counted where one text with commas has none; the list that it stands for is.
        string text = string.Join(',', Enumerable.Range(0, 999).Select(i => $"{i:000}{new string('x', 61)}"));
        Assert.True(text.Length < EffectiveParameters.MaxSize);
        Assert.Equal("candidate_labels", Of(folder, Task, $$"""{"candidate_labels":"{{text}}"}""").Name);
        Assert.Contains("1024", Of(folder, Task, $$"""{"candidate_labels":["{{new string('x', 1025)}}"]}""").Problem, StringComparison.Ordinal);
    }

    private static TestModelFolder Embedder()
    {
        var folder = TinyModels.Embedder(16);
        folder.Write("config_sentence_transformers.json", """{"prompts":{"query":"q: ","passage":"p: "},"default_prompt_name":null}""");
        return folder;
    }

    private static EffectiveParameters Of(TestModelFolder folder, string task, string given) =>
        EffectiveParameters.Of(folder.Read()[0].Descriptor, task, InferenceParameters.Parse(given));
}
