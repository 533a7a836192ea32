namespace BatchInfer.Coordinator.Data;

/// <summary>The one row of <see cref="LeaseClock"/>.</summary>
internal sealed class Tick
{
    public const int OnlyId = 1;

    public int Id { get; init; } = OnlyId;
    public long Now { get; init; }
}
