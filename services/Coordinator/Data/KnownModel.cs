namespace BatchInfer.Coordinator.Data;

/// <summary>A model that a worker announced, now or once.</summary>
internal sealed class KnownModel
{
    public required string Name { get; init; }
    public required string Revision { get; set; }

    /// <summary>The announced <see cref="Contracts.ModelDescriptor"/> as JSON.</summary>
    public required string Descriptor { get; set; }
    public DateTimeOffset AnnouncedAt { get; set; }
}
