namespace BatchInfer.Coordinator.SplitShards;

/// <summary>Wakes the <see cref="SplitLoop"/>.</summary>
internal sealed class SplitSignal : WakeSignal;
