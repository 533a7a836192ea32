using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Rules that ask for what the model does not give.</summary>
public sealed class ForcedTokenTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Where_no_token_may_come_the_record_fails_and_the_others_beside_it_do_not(int beams, bool sample)
    {
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Decoder(true));
        // No token twice, and one prompt has them all.
        var settings = new GenerationSettings { MaxNewTokens = 1, NoRepeatNgramSize = 1, NumBeams = beams, DoSample = sample };
        int[] all = [.. Enumerable.Range(0, TinyGraphs.Vocabulary)];
        var results = await engine.RunAsync(settings, [all, [.. all[..^1], 0]]);
        Assert.Equal((ErrorCodes.InvalidOutput, null), (results[0].ErrorCode, results[1].ErrorCode));
        Assert.Contains("leave no token to go on with", results[0].ErrorMessage, StringComparison.Ordinal);
        Assert.Equal([TinyGraphs.Vocabulary - 1], results[1].Texts[0].Tokens);
    }

    [Theory]
    [InlineData("""{"forced_bos_token_id":26}""", "forced_bos_token_id", 26)]
    [InlineData("""{"forced_eos_token_id":[3,99]}""", "forced_eos_token_id", 99)]
    [InlineData("""{"suppress_tokens":[1,26]}""", "suppress_tokens", 26)]
    [InlineData("""{"begin_suppress_tokens":[26]}""", "begin_suppress_tokens", 26)]
    [InlineData("""{"bad_words_ids":[[1],[2,26]]}""", "bad_words_ids", 26)]
    [InlineData("""{"eos_token_id":26}""", "eos_token_id", 26)]
    public async Task A_job_s_token_that_the_model_does_not_have_is_refused_by_name(string parameters, string name, int token)
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        var refused = await Assert.ThrowsAsync<RefusedParameterException>(() => engine.RunAsync(parameters, "a"));
        Assert.Contains($"Parameter {name} names the token {token}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("0 to 25", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("forced_bos_token_id")]
    [InlineData("forced_eos_token_id")]
    public void A_model_whose_files_force_a_token_that_its_graph_does_not_have_is_refused(string name)
    {
        using var model = Parrot.Create();
        model.Write("generation_config.json", $$"""{"{{name}}":26}""");
        Assert.Contains($"\"{name}\"", Assert.Throws<ModelFormatException>(() => model.Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_whose_files_forbid_a_token_that_its_graph_does_not_have_is_taken()
    {
        using var model = Parrot.Create();
        model.Write("generation_config.json", """{"suppress_tokens":[26],"forced_eos_token_id":25}""");
        await using var engine = model.Load();
        Assert.Equal(" good films!", (await Parrot.OneAsync(engine, "a")).Json.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_forced_token_that_the_model_holds_impossible_is_written_with_the_least_number(int beams)
    {
        float[][] table = TestModelFolder.Table(TestModelFolder.Vocabulary.Length, (_, _) => 0);
        table[TestModelFolder.Id("a")][TestModelFolder.Id("bad")] = float.NegativeInfinity;
        table[TestModelFolder.Id("bad")][TestModelFolder.Id("film")] = 30;
        using var model = Parrot.Create(table);
        await using var engine = model.Load();
        var (json, _) = await Parrot.OneAsync(engine, "a", new JsonObject
        {
            ["forced_bos_token_id"] = TestModelFolder.Id("bad"), ["max_new_tokens"] = 2, ["return_logprobs"] = true, ["num_beams"] = beams,
        });
        Assert.Equal(" bad film", json.GetProperty("text").GetString());
        Assert.Equal(float.MinValue, json.GetProperty("token_logprobs")[0].GetProperty("logprob").GetSingle());
        Assert.InRange(json.GetProperty("token_logprobs")[1].GetProperty("logprob").GetSingle(), -1e-3f, 0);
        Assert.Equal((float.MinValue, float.MinValue), (json.GetProperty("sum_logprob").GetSingle(), json.GetProperty("mean_logprob").GetSingle()));
    }
}
