using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Texts that end at a stop string, before it.</summary>
public sealed class StopStringTests
{
    [Theory]
    [InlineData("ms!", " good fil")]
    [InlineData("good f", " ")]
    [InlineData("nowhere", " good films!")]
    [InlineData("!", " good films")]
    public async Task A_stop_string_is_found_across_the_borders_of_tokens(string stop, string expected)
    {
        using var model = Parrot.Create();
        Assert.Equal((expected, "stop"), await WriteAsync(model, new() { ["stop_strings"] = new JsonArray(stop) }));
    }

    [Theory]
    [InlineData("""{"max_new_tokens":2}""", " good ")]
    [InlineData("""{"max_new_tokens":2,"num_beams":3}""", " good ")]
    [InlineData("""{"max_new_tokens":2,"do_sample":true,"top_k":1}""", " good ")]
    [InlineData("""{"max_length":3}""", " good ")]
    // One token earlier it has not come to it.
    [InlineData("""{"max_new_tokens":1}""", " good", "length")]
    public async Task The_last_token_that_may_come_can_complete_a_stop_string(string parameters, string expected, string reason = "stop")
    {
        using var model = Parrot.Create();
        var given = JsonNode.Parse(parameters)!.AsObject();
        given["stop_strings"] = new JsonArray("film");
        Assert.Equal((expected, reason), await WriteAsync(model, given));
    }

    [Fact]
    public async Task A_closing_token_that_is_text_can_complete_a_stop_string()
    {
        using var model = Parrot.Create();
        Assert.Equal((" good films", "stop"), await WriteAsync(model, new() { ["eos_token_id"] = TestModelFolder.Id("!"), ["stop_strings"] = new JsonArray("!") }));
        Assert.Equal((" good film", "stop"), await WriteAsync(model, new() { ["eos_token_id"] = TestModelFolder.Id("!"), ["stop_strings"] = new JsonArray("s!") }));
    }

    [Theory]
    [InlineData("""{"type":"WordPiece","prefix":"##","cleanup":true}""", "a good")]
    [InlineData("""{"type":"Metaspace","replacement":"é","prepend_scheme":"always"}""", "a é good")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"é"},"content":" "},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""", "a é good")]
    public async Task The_space_with_which_an_answer_begins_counts(string decoder, string sentence)
    {
        using var model = Parrot.Create(others: sentence.Split(' '));
        model.Tokenizer["decoder"] = JsonNode.Parse(decoder);
        Assert.StartsWith(" good", (await WriteAsync(model, [])).Text, StringComparison.Ordinal);
        Assert.Equal(("", "stop"), await WriteAsync(model, new() { ["stop_strings"] = new JsonArray(" goo") }));
    }

    [Theory]
    [InlineData("film", "s!", "stop")]
    [InlineData("a", " films films films films films films film", "length")]
    public async Task What_only_the_vocabulary_writes_is_no_stop_string(string prompt, string expected, string reason)
    {
        using var model = prompt == "a" ? Parrot.Create(others: ["a", "film", "##s", "film"]) : Parrot.Create();
        Assert.Equal((expected, reason), await WriteAsync(model, new() { ["stop_strings"] = new JsonArray("##"), ["max_new_tokens"] = 13 }, prompt));
    }

    [Fact]
    public async Task A_prompt_s_own_stop_strings_end_nothing()
    {
        using var model = Parrot.Create();
        Assert.Equal((" good films!", "stop"), await WriteAsync(model, new() { ["stop_strings"] = new JsonArray("bad a", "a good") }, "bad a"));
    }

    [Theory]
    [InlineData("\"ms!\"")]
    [InlineData("[\"nowhere\",\"ms!\"]")]
    public async Task A_model_s_own_stop_strings_hold_until_a_job_names_others(string own)
    {
        using var model = Parrot.Create();
        model.Write("generation_config.json", $$"""{"stop_strings":{{own}}}""");
        Assert.Equal(" good fil", (await WriteAsync(model, [])).Text);
        Assert.Equal(" good ", (await WriteAsync(model, new() { ["stop_strings"] = new JsonArray("film") })).Text);
    }

    [Theory]
    [InlineData("\\nQ:")]
    [InlineData("\\n")]
    [InlineData(",")]
    [InlineData(" a, b ,")]
    public void One_text_is_one_stop_string_to_the_last_character(string stop)
    {
        using var model = Parrot.Create();
        var descriptor = model.Read()[0].Descriptor;
        var one = EffectiveParameters.Of(descriptor, TaskNames.TextGeneration, InferenceParameters.Parse($$"""{"stop_strings":"{{stop}}"}"""));
        Assert.Null(one.Problem);
        Assert.Equal([JsonNode.Parse($"\"{stop}\"")!.GetValue<string>()], one.Parameters!.GetTexts("stop_strings"));
        Assert.Equal(one, EffectiveParameters.Of(descriptor, TaskNames.TextGeneration, InferenceParameters.Parse($$"""{"stop_strings":["{{stop}}"]}""")));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("[\"a\",\"a\"]")]
    [InlineData("[\"a\",1]")]
    [InlineData("5")]
    public void What_is_no_stop_string_is_refused_by_name(string stops)
    {
        using var model = Parrot.Create();
        var effective = EffectiveParameters.Of(model.Read()[0].Descriptor, TaskNames.TextGeneration, InferenceParameters.Parse($$"""{"stop_strings":{{stops}}}"""));
        Assert.Equal("stop_strings", effective.Name);
        Assert.Contains("a text, or a list of up to 64", effective.Problem, StringComparison.Ordinal);
    }

    private static async Task<(string? Text, string? FinishReason)> WriteAsync(TestModelFolder model, JsonObject parameters, string prompt = "a")
    {
        await using var engine = model.Load();
        var (json, _) = await Parrot.OneAsync(engine, prompt, parameters);
        return (json.GetProperty("text").GetString(), json.GetProperty("finish_reason").GetString());
    }
}
