using BatchInfer.Contracts;
using BatchInfer.UnitTests.Generation;
using BatchInfer.Worker;

namespace BatchInfer.UnitTests.Worker;

/// <summary>Prompts of a shard whose job no worker could check when it was submitted.</summary>
public sealed class ShardPromptsTests
{
    [Fact]
    public void A_model_without_a_chat_template_ends_the_job_with_a_sentence()
    {
        using var model = new TemporaryModel();
        var shard = new InferShard(
            new ShardId(Guid.Empty, 0), 1, "tiny", "r", TaskNames.Text2TextGeneration, "{}", new Uri("file:///corpus"),
            new RecordSchema(RecordFormat.Jsonl, "text", null, null, null), 0, 1, 0, 1, 1, Prompt: new PromptSpec { Chat = true });
        Assert.Contains("no chat template", Assert.Throws<PermanentShardException>(() => ShardPrompts.For(shard, model.Read())).Message, StringComparison.Ordinal);
    }
}
