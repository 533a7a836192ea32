using Microsoft.Extensions.Logging;

namespace BatchInfer.ServiceDefaults;

/// <summary>
/// Sends that do not wait for ever. RabbitMQ.Client may never end a publish whose connection went away without a word, also after the
/// connection is back (rabbitmq-dotnet-client#1930); whoever waits for it stands still with it.
/// </summary>
public static partial class BrokerSends
{
    /// <summary>How long a send is waited for. A broker that blocks its publishers takes longer, and is sent the same again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Sends again and again until the broker has confirmed it. Whatever the product sends may arrive twice.</summary>
    /// <param name="send">One attempt.</param>
    /// <param name="logger">Is told of each attempt that was given up.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task UntilTakenAsync(Func<CancellationToken, Task> send, ILogger logger, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(send);
        while (!await IsTakenAsync(send, Patience, ct)) LogAgain(logger, Patience.TotalSeconds);
    }

    /// <summary>Sends once.</summary>
    /// <param name="send">The attempt.</param>
    /// <param name="patience">How long it is waited for.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="TimeoutException">The broker has not confirmed it by then.</exception>
    public static async Task WithinAsync(Func<CancellationToken, Task> send, TimeSpan patience, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(send);
        if (!await IsTakenAsync(send, patience, ct)) throw new TimeoutException($"RabbitMQ has not confirmed a message for {patience.TotalSeconds:0} seconds.");
    }

    private static async Task<bool> IsTakenAsync(Func<CancellationToken, Task> send, TimeSpan patience, CancellationToken ct)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(ct);
        attempt.CancelAfter(patience);
        try
        {
            // The send may not heed its token.
            await send(attempt.Token).WaitAsync(attempt.Token);
            return true;
        }
        catch (OperationCanceledException) when (attempt.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "RabbitMQ has not confirmed a message for {Seconds} seconds; it is sent again")]
    private static partial void LogAgain(ILogger logger, double seconds);
}
