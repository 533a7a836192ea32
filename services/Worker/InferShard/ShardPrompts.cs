using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.Inference;

namespace BatchInfer.Worker;

/// <summary>Makes the prompts of a shard's records: by the job's template, and by the model's chat template where the job asks for it.</summary>
internal sealed class ShardPrompts
{
    private readonly PromptRenderer _renderer;
    private readonly ChatTemplate? _chat;

    private ShardPrompts(PromptRenderer renderer, ChatTemplate? chat) => (_renderer, _chat) = (renderer, chat);

    /// <exception cref="PermanentShardException">The prompt cannot be made for any record.</exception>
    public static ShardPrompts? For(InferShard shard, ModelPackage package)
    {
        if (shard.Prompt is not { } prompt) return null;
        try
        {
            return new ShardPrompts(new PromptRenderer(prompt, shard.Schema.TextField), prompt.Chat ? ChatTemplate.Read(package) : null);
        }
        catch (Exception e) when (e is PromptFormatException or ModelFormatException)
        {
            throw new PermanentShardException(e.Message, e);
        }
    }

    /// <summary>The prompt of a record, or the error that stands for it.</summary>
    public (string? Text, RecordError? Error) Render(in CorpusRecord record)
    {
        var prompt = _renderer.Render(record);
        if (prompt.Error is not null || _chat is null) return (prompt.Text, prompt.Error);
        try
        {
            return (_chat.Render(prompt.Messages), null);
        }
        catch (ChatTemplateException e)
        {
            return (null, new RecordError(ErrorCodes.InvalidPrompt, e.Message, record.Line));
        }
    }
}
