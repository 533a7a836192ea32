namespace BatchInfer.Results.Data;

/// <summary>What workers last said of a model, so that a lookup by input finds its revision and default parameters.</summary>
internal sealed class AnnouncedModel
{
    public required string Name { get; set; }

    public required string Revision { get; set; }

    /// <summary>JSON of the <see cref="Contracts.ModelDescriptor"/>.</summary>
    public required string Descriptor { get; set; }

    public DateTimeOffset AnnouncedAt { get; set; }
}
