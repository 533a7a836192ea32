using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BatchInfer.ServiceDefaults;

/// <summary>Which transport carries the messages.</summary>
public enum BusTransport
{
    /// <summary>A RabbitMQ broker.</summary>
    RabbitMq,

    /// <summary>Within this process; only Standalone uses it.</summary>
    InMemory,
}

/// <summary>Settings of the message bus, section <c>Bus</c>.</summary>
public sealed class BusOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Bus";

    /// <summary>Which transport carries the messages.</summary>
    public BusTransport Transport { get; set; } = BusTransport.RabbitMq;

    /// <summary>Broker address with user and password, e.g. <c>amqp://user:password@host:5672/</c>. Needed with RabbitMQ.</summary>
    public Uri? Uri { get; set; }

    /// <summary>Seconds between heartbeats with the broker: a frozen process is noticed after two or three.</summary>
    [Range(1, 600)] public ushort HeartbeatSeconds { get; set; } = 10;

    /// <summary>Seconds a consumer may go on after the host was asked to stop; then its message goes back to the queue.</summary>
    [Range(0, 3600)] public int DrainSeconds { get; set; } = 15;
}

[OptionsValidator]
internal sealed partial class BusOptionsValidator : IValidateOptions<BusOptions>;
