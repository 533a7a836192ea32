using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.Worker.LoadModel;
using MassTransit;

namespace BatchInfer.Worker.CountTokens;

/// <summary>Tokenises a sample of a corpus for the coordinator, which has no tokenizer.</summary>
internal sealed class CountTokensConsumer(ServedModels models) : IConsumer<Contracts.CountTokens>
{
    public async Task Consume(ConsumeContext<Contracts.CountTokens> context)
    {
        var (asked, ct) = (context.Message, context.CancellationToken);
        var inputs = new TextInput[asked.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = new TextInput(asked.Inputs[i].Text, asked.Inputs[i].TextPair);
        var (package, parameters) = (models.Package(asked.Revision), InferenceParameters.Parse(asked.Parameters));
        long tokens = await InputTokens.CountAsync(package, asked.Task, parameters, inputs, ct);
        await context.RespondAsync(new TokensCounted(tokens, TaskCatalog.TakesPrompt(asked.Task) ? InputTokens.CountPrompts(package, parameters, inputs, ct) : null));
    }
}
