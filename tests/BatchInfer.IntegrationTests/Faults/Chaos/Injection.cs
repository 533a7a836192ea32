namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>One fault that was injected.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="Lasted">How long it was done.</param>
/// <param name="Recovery">From its end until a shard was stored again, or the last job was done.</param>
internal sealed record Injection(string Kind, TimeSpan Lasted, TimeSpan Recovery);
