using BatchInfer.Contracts;
using MassTransit;

namespace BatchInfer.ServiceDefaults;

/// <summary>Whether a service has its broker.</summary>
public static class BrokerCheck
{
    /// <summary>Looks at the connection and the queues consumed over it.</summary>
    /// <param name="bus">The service's bus.</param>
    /// <param name="service">Whose it is.</param>
    public static CheckResource Look(IBusControl bus, string service)
    {
        ArgumentNullException.ThrowIfNull(bus);
        var health = bus.CheckHealth();
        if (health.Status == BusHealthStatus.Healthy) return new CheckResource("broker", service, CheckState.Passed, "connected, its queues are consumed");
        string trouble = health.Endpoints.Values.FirstOrDefault(e => e.Status != BusHealthStatus.Healthy).Description ?? health.Description;
        return new CheckResource("broker", service, CheckState.Failed, trouble, "Start RabbitMQ, or correct Bus__Uri; the service connects by itself when it answers.");
    }
}
