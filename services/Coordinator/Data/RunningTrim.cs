using System.Text.Json;
using BatchInfer.Contracts;

namespace BatchInfer.Coordinator.Data;

/// <summary>A step of retention that deletes predictions at this moment; it is gone when the step has ended.</summary>
internal sealed class RunningTrim
{
    public Guid Id { get; init; }

    /// <summary>Revisions whose predictions it deletes, as JSON; null for all.</summary>
    public string? Revisions { get; init; }

    /// <summary>Revisions that it leaves alone, as JSON, those of jobs that had begun before it among them.</summary>
    public required string Spared { get; init; }

    /// <summary>Tick of <see cref="LeaseClock"/> after which it is over, whatever became of it.</summary>
    public long UntilTick { get; init; }

    /// <summary>Whether it may delete a revision's predictions.</summary>
    public bool Touches(string revision) =>
        (Revisions is null || Read(Revisions).Contains(revision, StringComparer.Ordinal)) && !Read(Spared).Contains(revision, StringComparer.Ordinal);

    public static string Write(IEnumerable<string> revisions) => JsonSerializer.Serialize(revisions.ToArray(), ApiJson.Options);

    private static string[] Read(string revisions) => JsonSerializer.Deserialize<string[]>(revisions, ApiJson.Options)!;
}
