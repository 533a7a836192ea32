namespace BatchInfer.Coordinator.Data;

/// <summary>A revision of a model that a worker announced, now or once.</summary>
internal sealed class KnownRevision
{
    public required string Name { get; init; }
    public required string Revision { get; init; }

    /// <summary>The announced <see cref="Contracts.ModelDescriptor"/> as JSON.</summary>
    public required string Descriptor { get; set; }
    public DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>When a worker last began to serve it.</summary>
    public DateTimeOffset AnnouncedAt { get; set; }
}
