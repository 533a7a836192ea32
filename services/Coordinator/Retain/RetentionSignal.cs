namespace BatchInfer.Coordinator.Retain;

/// <summary>Set when a job was deleted.</summary>
internal sealed class RetentionSignal : WakeSignal;
