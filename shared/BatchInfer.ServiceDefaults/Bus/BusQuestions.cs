using MassTransit;

namespace BatchInfer.ServiceDefaults;

/// <summary>Questions to another service that are not waited for without end.</summary>
public static class BusQuestions
{
    // MassTransit's own timeout, which tells more, comes first where it comes at all.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Asks once.</summary>
    /// <typeparam name="TQuestion">Type of the question.</typeparam>
    /// <typeparam name="TAnswer">Type of the answer.</typeparam>
    /// <param name="client">Knows where to ask.</param>
    /// <param name="question">The question.</param>
    /// <param name="patience">How long the answer is waited for, the sending of the question included.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="RequestException">There was no answer by then, or it was a fault.</exception>
    /// <remarks>
    /// MassTransit counts its timeout from when the question is sent, and RabbitMQ.Client may never end a send whose connection went away
    /// (rabbitmq-dotnet-client#1930): who asked would wait for ever, and a worker hold its shards, while its heartbeats prolong their leases.
    /// </remarks>
    public static async Task<TAnswer> AskAsync<TQuestion, TAnswer>(this IRequestClient<TQuestion> client, TQuestion question, TimeSpan patience, CancellationToken ct)
        where TQuestion : class
        where TAnswer : class
    {
        ArgumentNullException.ThrowIfNull(client);
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(ct);
        attempt.CancelAfter(patience + Grace);
        try
        {
            var answer = await client.GetResponse<TAnswer>(question, attempt.Token, RequestTimeout.After(ms: (int)patience.TotalMilliseconds)).WaitAsync(attempt.Token);
            return answer.Message;
        }
        catch (OperationCanceledException) when (attempt.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new RequestException($"A question of the type {typeof(TQuestion).Name} was not taken by RabbitMQ within {(patience + Grace).TotalSeconds:0} seconds.");
        }
    }
}
