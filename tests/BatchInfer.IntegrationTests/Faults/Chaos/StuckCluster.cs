using System.Text;
using Npgsql;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>What there is to see where a run goes on no more: without it nobody finds out why.</summary>
internal static class StuckCluster
{
    private const int LinesOfALog = 30;

    private static readonly string[] Questions =
    [
        "SELECT max(now) FROM coordinator.lease_clock",
        "SELECT id, status, shards, shards_persisted FROM coordinator.jobs ORDER BY id",
        "SELECT worker, revision, seen_at, seen_tick FROM coordinator.workers",
        """
        SELECT job_id, number, status, worker, dispatch_tick, lease_tick, attempt FROM coordinator.shards WHERE status <> 'Persisted' ORDER BY dispatch_tick LIMIT 50
        """,
    ];

    public static async Task<string> DescribeAsync(ChaosCluster cluster)
    {
        var said = new StringBuilder();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        foreach (string question in Questions) await TellAsync(said, question, () => AskAsync(cluster, question, limit.Token));
        await TellAsync(said, "Queues", () => cluster.Servers.ControlBrokerAsync(["-q", "list_queues", "name", "messages_ready", "messages_unacknowledged", "consumers"], limit.Token));
        foreach (var slot in cluster.Services)
            await TellAsync(said, slot.Name, async () => string.Join('\n', (await slot.RunningAsync(limit.Token)).Log.Split('\n').TakeLast(LinesOfALog)));
        return said.ToString();
    }

    private static async Task TellAsync(StringBuilder said, string title, Func<Task<string>> ask)
    {
        said.AppendLine().Append("== ").AppendLine(title);
        try
        {
            said.AppendLine(await ask());
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or OperationCanceledException)
        {
            // That a server does not answer is told too.
            said.AppendLine(e.Message);
        }
    }

    private static async Task<string> AskAsync(ChaosCluster cluster, string question, CancellationToken ct)
    {
        var rows = new StringBuilder();
        await using var connection = await cluster.OpenAsync(ct);
        await using var ask = new NpgsqlCommand(question, connection);
        await using var row = await ask.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            rows.AppendJoin(' ', Enumerable.Range(0, row.FieldCount).Select(i => $"{row.GetName(i)}={row.GetValue(i)}")).AppendLine();
        return rows.ToString();
    }
}
