using System.Text;
using BatchInfer.Contracts;
using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace BatchInfer.ServiceDefaults;

/// <summary>Whether a service has its broker, and of what version that is.</summary>
public static class BrokerCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // The oldest that the product was tried with.
    private static readonly Version Least = new(3, 10);

    /// <summary>Looks at the connection and the queues consumed over it, and asks the broker for its version.</summary>
    /// <param name="bus">The service's bus.</param>
    /// <param name="options">How it is reached.</param>
    /// <param name="service">Whose it is.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<CheckResource> LookAsync(IBusControl bus, BusOptions options, string service, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(options);
        var health = bus.CheckHealth();
        if (health.Status != BusHealthStatus.Healthy)
        {
            string trouble = health.Endpoints.Values.FirstOrDefault(e => e.Status != BusHealthStatus.Healthy).Description ?? health.Description;
            return new CheckResource("broker", service, CheckState.Failed, trouble, "Start RabbitMQ, or correct Bus__Uri; the service connects by itself when it answers.");
        }

        const string Consumed = ", its queues are consumed";
        if (options.Transport == BusTransport.InMemory) return new CheckResource("broker", service, CheckState.Passed, "within this process" + Consumed);
        try
        {
            string version = await VersionAsync(options.Uri!, ct);
            var check = Installation.Server("broker", service, "RabbitMQ", version, Least);
            return check with { Detail = check.Detail + Consumed };
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is BrokerUnreachableException or OperationCanceledException or OperationInterruptedException)
        {
            return new CheckResource("broker", service, CheckState.Warning, "connected" + Consumed + ", but it takes no further connection to tell its version", "Look at its log and its limit of connections.");
        }
    }

    // The bus keeps what the broker said to its own connection to itself.
    private static async Task<string> VersionAsync(Uri broker, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(Patience);
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync("batchinfer doctor", timeout.Token);
        return connection.ServerProperties is { } said && said.TryGetValue("version", out object? version) && version is byte[] text ? Encoding.UTF8.GetString(text) : "";
    }
}
