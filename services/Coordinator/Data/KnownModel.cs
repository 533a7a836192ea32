namespace BatchInfer.Coordinator.Data;

/// <summary>A model's name and the revision that it stands for: the promoted one.</summary>
internal sealed class KnownModel
{
    public required string Name { get; init; }
    public required string Revision { get; set; }

    /// <summary>The announced <see cref="Contracts.ModelDescriptor"/> as JSON.</summary>
    public required string Descriptor { get; set; }
    public DateTimeOffset AnnouncedAt { get; set; }

    /// <summary>Grows with each promotion, so that of two messages about it the later one is known.</summary>
    public long Version { get; set; }

    /// <summary>
    /// Lets the name stand for a revision. The version is the time in milliseconds, and never less than one more than before: a
    /// database that was lost and made anew is believed again.
    /// </summary>
    public void Promote(KnownRevision revision, DateTimeOffset now)
    {
        (Revision, Descriptor, AnnouncedAt) = (revision.Revision, revision.Descriptor, now);
        Version = Math.Max(Version + 1, now.ToUnixTimeMilliseconds());
    }

    public static KnownModel Of(KnownRevision revision, DateTimeOffset now) => new()
    {
        Name = revision.Name, Revision = revision.Revision, Descriptor = revision.Descriptor, AnnouncedAt = now, Version = now.ToUnixTimeMilliseconds(),
    };
}
