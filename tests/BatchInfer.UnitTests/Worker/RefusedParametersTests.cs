using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Tasks;
using BatchInfer.Worker;

namespace BatchInfer.UnitTests.Worker;

/// <summary>Parameters of which only the loaded model can say that it cannot be run with them.</summary>
public sealed class RefusedParametersTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_target_without_a_token_ends_the_job_and_not_its_records()
    {
        using var folder = TinyModels.Guesser(16);
        await using var engine = folder.Load();
        Assert.Contains("Parameter targets has \" \", which has no token", (await RefusedAsync(engine, TaskNames.FillMask, """{"targets":["bad"," "]}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_a_generator_does_not_have_ends_the_job_and_not_its_records()
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        var refused = await RefusedAsync(engine, engine.Descriptor.DefaultTask, """{"suppress_tokens":[26]}""");
        Assert.Contains("Parameter suppress_tokens names the token 26", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tokenizer_that_lacks_what_the_task_needs_ends_the_job_and_not_its_records()
    {
        using var folder = TinyModels.Guesser(16);
        folder.Write("tokenizer_config.json", "{}");
        foreach (var token in folder.Tokenizer["added_tokens"]!.AsArray()) if ((string?)token!["content"] == "[MASK]") token["content"] = "[HIDE]";
        var vocabulary = folder.Tokenizer["model"]!["vocab"]!.AsObject();
        vocabulary.Remove("[MASK]");
        vocabulary["[HIDE]"] = TestModelFolder.Id("[MASK]");
        await using var engine = folder.Load();
        Assert.Contains("names no mask_token", (await RefusedAsync(engine, TaskNames.FillMask, "{}")).Message, StringComparison.Ordinal);
    }

    private static Task<PermanentShardException> RefusedAsync(InferenceEngine engine, string task, string parameters) =>
        Assert.ThrowsAsync<PermanentShardException>(async () =>
        {
            await foreach (var _ in InferencePipeline.UntilCancelled(() => engine.InferAsync(task, InferenceParameters.Parse(parameters), [new TextInput("good [MASK]", null)], Ct), Ct))
            {
            }
        });
}
