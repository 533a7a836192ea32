namespace BatchInfer.Coordinator.PlanShards;

/// <summary>Set when a job was submitted.</summary>
internal sealed class PlanSignal : WakeSignal;
