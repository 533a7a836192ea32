using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>The tasks from text to text, on a model that knows one sentence: each word is followed by the next.</summary>
public sealed class GenerationTaskTests
{
    [Fact]
    public async Task A_prompt_is_continued_to_its_end()
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        Assert.Equal(TaskNames.TextGeneration, engine.Descriptor.DefaultTask);
        var (json, row) = await Parrot.OneAsync(engine, "a");
        Assert.Equal(" good films!", json.GetProperty("text").GetString());
        Assert.Equal("stop", json.GetProperty("finish_reason").GetString());
        Assert.Equal(5, json.GetProperty("tokens").GetInt32());
        Assert.Equal(json.GetProperty("sum_logprob").GetDouble() / 5, json.GetProperty("mean_logprob").GetDouble(), 1e-6);
        Assert.InRange(json.GetProperty("mean_logprob").GetDouble(), -0.01, 0);
        Assert.Equal((6, 6), (row.Tokens, row.PaddedTokens));
    }

    [Fact]
    public async Task A_text_ends_at_its_greatest_length()
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        var (json, _) = await Parrot.OneAsync(engine, "a", new JsonObject { ["max_new_tokens"] = 2, ["return_logprobs"] = true });
        Assert.Equal(("length", 2), (json.GetProperty("finish_reason").GetString(), json.GetProperty("tokens").GetInt32()));
        Assert.Equal(["good", "film"], json.GetProperty("token_logprobs").EnumerateArray().Select(t => t.GetProperty("token").GetString()));
    }

    [Fact]
    public async Task A_prompt_without_tokens_is_an_error_row()
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        var row = Assert.Single(await engine.RunAsync([new TextInput(" ", null)], Parrot.Parameters([])));
        Assert.Equal(ErrorCodes.EmptyText, row.ErrorCode);
    }

    [Fact]
    public async Task Several_candidates_are_given_side_by_side_and_always_the_same()
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        var parameters = new JsonObject { ["do_sample"] = true, ["num_return_sequences"] = 4, ["temperature"] = 9.0, ["max_new_tokens"] = 6, ["seed"] = 3 };
        var (json, _) = await Parrot.OneAsync(engine, "a", (JsonObject)parameters.DeepClone());
        Assert.Equal(4, json.GetArrayLength());
        Assert.True(json.EnumerateArray().Select(t => t.GetProperty("text").GetString()).Distinct().Count() > 1);
        var (again, _) = await Parrot.OneAsync(engine, "a", (JsonObject)parameters.DeepClone());
        Assert.True(JsonElement.DeepEquals(json, again));
        parameters["seed"] = 4;
        Assert.False(JsonElement.DeepEquals(json, (await Parrot.OneAsync(engine, "a", parameters)).Json));
    }

    [Fact]
    public async Task A_text_is_scored_by_what_comes_before_each_word()
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        var rows = await engine.RunAsync([new TextInput("a good film", null), new TextInput("a bad film", null)], """{"add_special_tokens":false}""", TaskNames.TextScoring);
        var scores = rows.Select(r => JsonDocument.Parse(r.Json!).RootElement).ToList();
        Assert.All(scores, s => Assert.Equal(2, s.GetProperty("tokens").GetInt32()));
        Assert.All(scores, s => Assert.Equal(Math.Exp(-s.GetProperty("mean_logprob").GetDouble()), s.GetProperty("perplexity").GetDouble(), s.GetProperty("perplexity").GetDouble() * 1e-5));
        Assert.True(scores[0].GetProperty("perplexity").GetDouble() < 1.1);
        Assert.True(scores[1].GetProperty("perplexity").GetDouble() > 100);
        Assert.False(scores[0].TryGetProperty("text", out _));
    }

    [Fact]
    public async Task A_masked_model_scores_the_words_of_a_text_and_not_what_stands_around_them()
    {
        using var folder = new TestModelFolder("BertForMaskedLM");
        float[][] table = TestModelFolder.Table(TestModelFolder.Vocabulary.Length, (_, _) => 0);
        table[TestModelFolder.Id("[MASK]")][TestModelFolder.Id("good")] = 9;
        folder.Write("model.onnx", TinyGraphs.Bigrams(table));
        folder.Write("tokenizer_config.json", """{"cls_token":"[CLS]","sep_token":"[SEP]","mask_token":"[MASK]","pad_token":"[PAD]"}""");
        await using var engine = folder.Load();
        var rows = await engine.RunAsync([new TextInput("good good", null), new TextInput("good film", null)], "{}", TaskNames.TextScoring);
        var scores = rows.Select(r => JsonDocument.Parse(r.Json!).RootElement).ToList();
        Assert.All(scores, s => Assert.Equal(2, s.GetProperty("tokens").GetInt32()));
        double sum = Math.Log(Math.Exp(9) + table.Length - 1);
        Assert.Equal(2 * (9 - sum), scores[0].GetProperty("sum_logprob").GetDouble(), 1e-4);
        Assert.Equal(9 - 2 * sum, scores[1].GetProperty("sum_logprob").GetDouble(), 1e-4);
    }

    [Fact]
    public async Task Logits_that_are_no_numbers_are_an_error_row_beside_good_ones()
    {
        using var model = Parrot.Create(poison: "bad");
        await using var engine = model.Load();
        var rows = await engine.RunAsync([new TextInput("a", null), new TextInput("bad", null), new TextInput("good", null)], Parrot.Parameters([]));
        Assert.Equal([null, ErrorCodes.InvalidOutput, null], rows.Select(r => r.ErrorCode));
    }

    [Fact]
    public async Task What_a_model_cannot_take_fails_alone()
    {
        // Its table lacks the last words of the vocabulary.
        using var model = Parrot.Create(rows: TestModelFolder.Id("huge"));
        await using var engine = model.Load();
        var rows = await engine.RunAsync([new TextInput("a", null), new TextInput("huge", null), new TextInput("good", null)], Parrot.Parameters([]));
        Assert.Equal([null, ErrorCodes.InvalidOutput, null], rows.Select(r => r.ErrorCode));
    }

    [Fact]
    public async Task A_call_that_is_given_up_ends_and_leaves_the_others()
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        TextInput[] inputs = [.. Enumerable.Repeat(new TextInput("a", null), 500)];
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in engine.InferAsync(TaskNames.TextGeneration, InferenceParameters.Empty, inputs, stop.Token)) await stop.CancelAsync();
        });
        Assert.All(await engine.RunAsync(inputs, Parrot.Parameters([])), r => Assert.Null(r.ErrorCode));
    }

    [Theory]
    [InlineData("""{"num_beams":2,"do_sample":true}""", "num_beams")]
    [InlineData("""{"num_return_sequences":2}""", "num_return_sequences")]
    [InlineData("""{"min_new_tokens":9,"max_new_tokens":3}""", "min_new_tokens")]
    [InlineData("""{"temperature":2.0}""", "temperature")]
    [InlineData("""{"top_p":1.5,"do_sample":true}""", "top_p")]
    [InlineData("""{"eos_token_id":[1,-2]}""", "eos_token_id")]
    [InlineData("""{"bad_words_ids":[[]]}""", "bad_words_ids")]
    [InlineData("""{"penalty":1}""", "penalty")]
    public void Parameters_that_mean_nothing_are_refused_by_name(string parameters, string named)
    {
        using var model = Parrot.Create();
        var effective = EffectiveParameters.Of(model.Read()[0].Descriptor, TaskNames.TextGeneration, InferenceParameters.Parse(parameters));
        Assert.Equal(named, effective.Name);
    }

    [Theory]
    [InlineData("""{"do_sample":true,"temperature":2,"top_p":1}""", """{"do_sample":true,"temperature":2.0,"top_p":1e0}""")]
    [InlineData("""{"do_sample":true,"temperature":0.5,"seed":0}""", """{"do_sample":true,"temperature":5E-1,"seed":-0}""")]
    [InlineData("""{"do_sample":true,"temperature":0.1}""", """{"do_sample":true,"temperature":0.100}""")]
    [InlineData("""{"eos_token_id":5,"forced_eos_token_id":6}""", """{"eos_token_id":[5],"forced_eos_token_id":[6]}""")]
    [InlineData("""{"eos_token_id":[5,6],"bad_words_ids":[[7]]}""", """{"eos_token_id":[ 5, 6 ],"bad_words_ids":[[7]]}""")]
    public void Equal_meanings_have_one_key(string canonical, string other)
    {
        using var model = Parrot.Create();
        var descriptor = model.Read()[0].Descriptor;
        string? Written(string parameters) =>
            EffectiveParameters.Of(descriptor, TaskNames.TextGeneration, InferenceParameters.Parse(parameters)).Parameters?.CanonicalJson;
        Assert.Equal(Written(canonical), Written(other));
        foreach (var (name, value) in JsonNode.Parse(canonical)!.AsObject()) Assert.Contains($"\"{name}\":{value!.ToJsonString()}", Written(other), StringComparison.Ordinal);
    }

    [Fact]
    public void A_default_of_the_model_is_written_as_the_job_would_write_it()
    {
        using var folder = new TemporaryModel(new JsonObject { ["length_penalty"] = JsonNode.Parse("2.0"), ["num_beams"] = 4 });
        var descriptor = folder.Read().Descriptor;
        string? Written(string parameters) =>
            EffectiveParameters.Of(descriptor, TaskNames.Text2TextGeneration, InferenceParameters.Parse(parameters)).Parameters?.CanonicalJson;
        Assert.Equal(Written("{}"), Written("""{"length_penalty":2}"""));
    }

    [Fact]
    public void A_translator_is_one_model_of_three_graphs_with_the_defaults_of_its_files()
    {
        using var folder = new TemporaryModel(new JsonObject { ["num_beams"] = 4, ["length_penalty"] = 0.6, ["temperature"] = 0.7 });
        var package = folder.Read();
        Assert.Equal(TaskNames.Text2TextGeneration, package.Descriptor.DefaultTask);
        Assert.Equal("""{"do_sample":false,"length_penalty":0.6,"max_length":24,"num_beams":4}""", package.Descriptor.Tasks[TaskNames.Text2TextGeneration]);
        using var other = new TemporaryModel(new JsonObject { ["num_beams"] = 5 });
        Assert.NotEqual(package.Descriptor.Revision, other.Read().Descriptor.Revision);
    }

    [Fact]
    public async Task A_translator_writes_the_same_in_whatever_company()
    {
        using var folder = new TemporaryModel();
        TextInput[] inputs = [.. TinyTranslator.Texts(300).Select(t => new TextInput(t, null))];
        await using var together = folder.Load();
        await using var alone = folder.Load(new InferenceOptions { ParallelRuns = 1, MaxBatchTokens = 1, MaxStepTokens = 1 });
        foreach (string parameters in (string[])["{}", """{"num_beams":3,"num_return_sequences":2}""", """{"do_sample":true,"temperature":2.0}"""])
            Assert.Equal((await alone.RunAsync(inputs, parameters)).Select(r => r.Json), (await together.RunAsync(inputs, parameters)).Select(r => r.Json));
    }

    [Fact]
    public async Task A_text_that_ends_within_a_character_ends_before_it()
    {
        // In the alphabet of bytes é stands for 0xE9, with which a character of three bytes begins.
        using var model = Parrot.Create();
        model.Tokenizer["decoder"] = new JsonObject { ["type"] = "ByteLevel" };
        float[][] table = TestModelFolder.Table(TestModelFolder.Vocabulary.Length, (_, _) => 0);
        foreach (var (word, next) in (ReadOnlySpan<(string, string)>)[("a", "good"), ("good", "é"), ("é", "[SEP]")]) table[TestModelFolder.Id(word)][TestModelFolder.Id(next)] = 12;
        model.Write("model.onnx", TinyGraphs.Bigrams(table));
        await using var engine = model.Load();
        var (json, _) = await Parrot.OneAsync(engine, "a");
        Assert.Equal(("good", 3), (json.GetProperty("text").GetString(), json.GetProperty("tokens").GetInt32()));
    }

    [Theory]
    [InlineData("typical_p", "0.9", "set it to 1")]
    [InlineData("min_p", "0.05", "set it to 0")]
    [InlineData("num_beam_groups", "3", "set it to 1")]
    [InlineData("sequence_bias", "[[[1],-5.0]]", "Take it out")]
    [InlineData("guidance_scale", "\"much\"", "set it to 1")]
    public void A_default_that_cannot_be_followed_is_refused_by_name(string name, string value, string whatToDo)
    {
        using var model = Parrot.Create();
        model.Write("generation_config.json", $$"""{"{{name}}":{{value}}}""");
        var refused = Assert.Throws<ModelFormatException>(() => model.Read());
        Assert.Contains($"generation_config.json: \"{name}\" is not supported", refused.Message, StringComparison.Ordinal);
        Assert.Contains(whatToDo, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sampled_beams_as_a_default_are_refused_by_name()
    {
        using var model = Parrot.Create();
        model.Write("generation_config.json", """{"num_beams":4,"do_sample":true,"temperature":0.7}""");
        var refused = Assert.Throws<ModelFormatException>(() => model.Read());
        Assert.Contains("generation_config.json: \"num_beams\" is not supported beside do_sample=true", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Set do_sample to false", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"num_beams":1,"do_sample":true,"temperature":0.7}""", """{"do_sample":true,"max_new_tokens":128,"num_beams":1,"temperature":0.7}""")]
    [InlineData("""{"num_beams":4,"do_sample":false,"temperature":0.7}""", """{"do_sample":false,"max_new_tokens":128,"num_beams":4}""")]
    [InlineData("""{"num_beams":null,"do_sample":true}""", """{"do_sample":true,"max_new_tokens":128}""")]
    public void Chance_and_beams_apart_are_a_model_s_defaults(string generation, string parameters)
    {
        using var model = Parrot.Create();
        model.Write("generation_config.json", generation);
        Assert.Equal(parameters, model.Read()[0].Descriptor.Tasks[TaskNames.TextGeneration]);
    }

    [Fact]
    public void Defaults_that_change_nothing_are_taken()
    {
        using var model = Parrot.Create();
        model.Write("generation_config.json", """{"typical_p":1.0,"min_p":null,"num_beam_groups":1,"diversity_penalty":0.0,"sequence_bias":[],"guidance_scale":1,"use_cache":true,"transformers_version":"5"}""");
        Assert.Equal(TaskNames.TextGeneration, model.Read()[0].Descriptor.DefaultTask);
    }
}
