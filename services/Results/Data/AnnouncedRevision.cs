namespace BatchInfer.Results.Data;

/// <summary>A revision of a model as workers last announced it.</summary>
internal sealed class AnnouncedRevision
{
    public required string Name { get; set; }

    public required string Revision { get; set; }

    /// <summary>JSON of the <see cref="Contracts.ModelDescriptor"/>.</summary>
    public required string Descriptor { get; set; }

    public DateTimeOffset AnnouncedAt { get; set; }
}
