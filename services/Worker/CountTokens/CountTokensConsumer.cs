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
        long tokens = await InputTokens.CountAsync(models.Package(asked.Revision), asked.Task, InferenceParameters.Parse(asked.Parameters), inputs, ct);
        await context.RespondAsync(new TokensCounted(tokens));
    }
}
