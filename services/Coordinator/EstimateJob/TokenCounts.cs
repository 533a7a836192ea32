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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // Of one question: far below what a broker takes as one message, in any script.
    private const int MaxCharacters = 1 << 20;

    /// <summary>Tokens of the inputs together; null when no worker answers.</summary>
    public async Task<long?> AskAsync(Job job, IReadOnlyList<SampledInput> inputs, CancellationToken ct)
    {
        long tokens = 0;
        foreach (var some in Questions(inputs))
        {
            if (await AskAsync(new CountTokens(job.Revision, job.Task, job.Parameters, some), ct) is not { ParameterProblem: null } counted) return null;
            tokens += counted.Tokens;
        }

        return tokens;
    }

    /// <summary>A worker's answer; null when none answers.</summary>
    public async Task<TokensCounted?> AskAsync(CountTokens question, CancellationToken ct)
    {
        var client = bus.CreateRequestClient<CountTokens>(EndpointPolicy.Address(options.Value.Transport, QueueNames.Tokens(question.Revision)));
        try
        {
            return await client.AskAsync<CountTokens, TokensCounted>(question, Patience, ct);
        }
        catch (Exception e) when (e is RequestException)
        {
            // A plan without tokens is better than none: it says so.
            return null;
        }
    }

    private static IEnumerable<List<SampledInput>> Questions(IReadOnlyList<SampledInput> inputs)
    {
        var (some, characters) = (new List<SampledInput>(), 0);
        foreach (var input in inputs)
        {
            int length = input.Text.Length + (input.TextPair?.Length ?? 0);
            if (some.Count > 0 && characters + length > MaxCharacters)
            {
                yield return some;
                (some, characters) = ([], 0);
            }

            some.Add(input);
            characters += length;
        }

        if (some.Count > 0) yield return some;
    }
}
