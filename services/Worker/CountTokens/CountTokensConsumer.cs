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
        var (package, parameters) = (models.Package(asked.Revision), InferenceParameters.Parse(asked.Parameters));
        var (inputs, problem) = asked.Chat ? ChatPrompts.Of(asked.Inputs, package) : ([.. asked.Inputs.Select(i => new TextInput(i.Text, i.TextPair))], null);
        if (problem is not null)
        {
            await context.RespondAsync(new TokensCounted(0, null, problem));
            return;
        }

        long tokens;
        try
        {
            tokens = await InputTokens.CountAsync(package, asked.Task, parameters, inputs, ct);
        }
        catch (RefusedParameterException e)
        {
            await context.RespondAsync(new TokensCounted(0, ParameterProblem: e.Message));
            return;
        }

        await context.RespondAsync(new TokensCounted(tokens, TaskCatalog.TakesPrompt(asked.Task) ? InputTokens.CountPrompts(package, parameters, inputs, ct) : null));
    }
}
