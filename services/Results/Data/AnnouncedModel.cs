namespace BatchInfer.Results.Data;

/// <summary>What a model's name stands for, so that a lookup by input finds its revision and default parameters.</summary>
internal sealed class AnnouncedModel
{
    public required string Name { get; set; }

    public required string Revision { get; set; }

    /// <summary>JSON of the <see cref="Contracts.ModelDescriptor"/>.</summary>
    public required string Descriptor { get; set; }

    public DateTimeOffset AnnouncedAt { get; set; }

    /// <summary>That of the promotion, by the coordinator; 0 where it has not said anything yet and the first revision heard of counts.</summary>
    public long Version { get; set; }
}
