using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.Worker.CountTokens;

/// <summary>What a model's chat template makes of some chats, before any shard has them.</summary>
internal static class ChatPrompts
{
    /// <summary>The prompts, without those that the template refuses; or, where it makes none, why.</summary>
    public static (IReadOnlyList<TextInput> Prompts, string? Problem) Of(IReadOnlyList<SampledInput> chats, ModelPackage package)
    {
        ChatTemplate template;
        try
        {
            template = ChatTemplate.Read(package);
        }
        catch (ModelFormatException e)
        {
            return ([], e.Message);
        }

        var prompts = new List<TextInput>();
        string? refusal = null;
        foreach (var chat in chats)
            try
            {
                prompts.Add(new TextInput(template.Render(chat.Messages ?? []), null));
            }
            catch (ChatTemplateException e)
            {
                refusal ??= e.Message;
            }

        return prompts.Count == 0 && refusal is not null ? ([], $"No prompt comes of the first records. {refusal}") : (prompts, null);
    }
}
