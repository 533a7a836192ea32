using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>Asks a worker to tokenise some inputs.</summary>
internal sealed class TokenCounts(IBus bus, IOptions<BusOptions> options)
{
    // It loads the tokenizer first, which for the largest takes a second or two.
    private static readonly RequestTimeout Patience = RequestTimeout.After(s: 15);

    /// <summary>Tokens of the inputs together; null when no worker answers.</summary>
    public async Task<long?> AskAsync(Job job, IReadOnlyList<SampledInput> inputs, CancellationToken ct) =>
        inputs.Count == 0 ? 0 : (await AskAsync(new CountTokens(job.Revision, job.Task, job.Parameters, inputs), ct))?.Tokens;

    /// <summary>A worker's answer; null when none answers.</summary>
    public async Task<TokensCounted?> AskAsync(CountTokens question, CancellationToken ct)
    {
        var client = bus.CreateRequestClient<CountTokens>(EndpointPolicy.Address(options.Value.Transport, QueueNames.Tokens(question.Revision)), Patience);
        try
        {
            return (await client.GetResponse<TokensCounted>(question, ct)).Message;
        }
        catch (Exception e) when (e is RequestException)
        {
            // A plan without tokens is better than none: it says so.
            return null;
        }
    }
}
