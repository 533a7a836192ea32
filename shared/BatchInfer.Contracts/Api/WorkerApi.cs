namespace BatchInfer.Contracts;

/// <summary>A worker that is alive, as <c>GET /v1/workers</c> shows it.</summary>
/// <param name="Id">Id of its process.</param>
/// <param name="Host">Machine name.</param>
/// <param name="Models">Names of the models it serves.</param>
/// <param name="SeenAt">Its last heartbeat.</param>
/// <param name="ShardsInHand">Shards it holds.</param>
/// <param name="RecordsPerSecond">Records it answered lately, a second: see <paramref name="RateSeconds"/>.</param>
/// <param name="TokensPerSecond">Tokens it ran through models lately, a second.</param>
/// <param name="RateSeconds">Over how many seconds the rates are taken.</param>
/// <param name="MemoryBytes">Memory of its process at its last heartbeat; null from workers of a version that did not say.</param>
public sealed record WorkerResource(
    string Id, string Host, IReadOnlyList<string> Models, DateTimeOffset SeenAt, int ShardsInHand,
    double RecordsPerSecond, double TokensPerSecond, int RateSeconds, long? MemoryBytes);
