namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>Set when there is something to dispatch, or room for it.</summary>
internal sealed class DispatchSignal : WakeSignal;
