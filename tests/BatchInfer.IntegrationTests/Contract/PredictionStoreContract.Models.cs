using BatchInfer.Contracts;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>What names stand for.</summary>
public abstract partial class PredictionStoreContract
{
    [Fact]
    public async Task A_name_stands_for_the_first_revision_heard_of_until_another_is_promoted()
    {
        Assert.Null(await Store.FindModelAsync("m", Ct));
        await Store.SaveModelsAsync([Model("r1")], Chunks.Started, Ct);
        await Store.SaveModelsAsync([Model("r2")], Chunks.Started.AddSeconds(10), Ct);

        var model = await Store.FindModelAsync("m", Ct);
        Assert.NotNull(model);
        Assert.Equal("r1", model.Revision);
        Assert.Equal("""{"max_length":64}""", model.Tasks[TaskNames.TextClassification]);
        Assert.Equal(["Bad", "Good"], model.Labels);
        Assert.Null(await Store.FindModelAsync("nul\0", Ct));
        Assert.Equal(["r2", "r1"], (await Store.FindRevisionsAsync("m", Ct)).Select(m => m.Revision));

        await Store.PromoteAsync([new PromotedModel(Model("r2"), 7)], Ct);
        Assert.Equal("r2", (await Store.FindModelAsync("m", Ct))?.Revision);
        // An older message that arrives later, and one that says the same again.
        await Store.PromoteAsync([new PromotedModel(Model("r1"), 6)], Ct);
        await Store.PromoteAsync([new PromotedModel(Model("r1"), 7)], Ct);
        Assert.Equal("r2", (await Store.FindModelAsync("m", Ct))?.Revision);
        await Store.PromoteAsync([new PromotedModel(Model("r1"), 8)], Ct);
        Assert.Equal("r1", (await Store.FindModelAsync("m", Ct))?.Revision);
    }

    [Fact]
    public async Task What_a_newer_worker_reads_from_the_same_files_is_taken_and_what_an_older_one_said_is_not()
    {
        await Store.SaveModelsAsync([Model("r1", 64)], Chunks.Started.AddSeconds(5), Ct);
        await Store.SaveModelsAsync([Model("r1", 32)], Chunks.Started, Ct);
        Assert.Equal(64, (await Store.FindModelAsync("m", Ct))?.ContextLength);

        await Store.SaveModelsAsync([Model("r1", 128)], Chunks.Started.AddSeconds(10), Ct);
        Assert.Equal(128, (await Store.FindModelAsync("m", Ct))?.ContextLength);
        Assert.Equal(128, Assert.Single(await Store.FindRevisionsAsync("m", Ct)).ContextLength);
    }

    [Fact]
    public async Task A_promoted_revision_that_nobody_announced_here_is_known_from_then_on()
    {
        await Store.PromoteAsync([new PromotedModel(Model("r9"), 1)], Ct);
        Assert.Equal("r9", (await Store.FindModelAsync("m", Ct))?.Revision);
        Assert.Equal("r9", Assert.Single(await Store.FindRevisionsAsync("m", Ct)).Revision);
        Assert.Empty(await Store.FindRevisionsAsync("other", Ct));
    }

    private static ModelDescriptor Model(string revision, int contextLength = 64) => new("m", revision, "Bert", TaskNames.TextClassification,
        new Dictionary<string, string> { [TaskNames.TextClassification] = """{"max_length":64}""" }, contextLength, ["Bad", "Good"], 1);
}
