using System.Diagnostics;
using System.Globalization;
using BatchInfer.Results.Data.Postgres;
using Npgsql;

namespace BatchInfer.Benchmarks.Lookup;

/// <summary>The ceiling: pgbench with prepared selects of the same keys, planned once. It takes a key by its place in an array, which costs next to nothing.</summary>
internal static class PgBench
{
    private const string Columns = "key, created_at, predictor, job, tokens_cut, input, input_pair, output, embedding";

    /// <summary>Selects a second, each from the one partition that can hold its key.</summary>
    public static Task<double> OfPartitionsAsync(string connectionString, int connections, int seconds, IReadOnlyList<Guid> keys) =>
        RateAsync(connectionString, connections, seconds, [.. keys.GroupBy(PredictionPartitions.Of).Select(p => Script(PredictionPartitions.Table(p.Key), [.. p]))]);

    /// <summary>Selects a second from the table as a whole.</summary>
    public static Task<double> OfTableAsync(string connectionString, int connections, int seconds, IReadOnlyList<Guid> keys) =>
        RateAsync(connectionString, connections, seconds, [Script("results.predictions", keys)]);

    private static string Script(string table, IReadOnlyList<Guid> keys) =>
        $$"""
        \set i random(1, {{keys.Count}})
        SELECT {{Columns}} FROM {{table}} WHERE key = ('{{{string.Join(',', keys)}}}'::uuid[])[:i];
        """;

    private static async Task<double> RateAsync(string connectionString, int connections, int seconds, string[] scripts)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["scripts"]);
        var arguments = new List<string> { "-n", "-M", "prepared", "-c", $"{connections}", "-j", "2", "-T", $"{seconds}" };
        for (int s = 0; s < scripts.Length; s++)
        {
            string path = Path.Combine(folder["scripts"], $"{s}.sql");
            await File.WriteAllTextAsync(path, scripts[s]);
            arguments.AddRange(["-f", path]);
        }

        var server = new NpgsqlConnectionStringBuilder(connectionString);
        string program = Directory.GetFiles("/usr/lib/postgresql", "pgbench", SearchOption.AllDirectories).Order().Last();
        var start = new ProcessStartInfo(program, [.. arguments, "-h", server.Host!, "-p", $"{server.Port}", "-U", server.Username!, server.Database!])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["PGPASSWORD"] = server.Password;
        start.Environment["PGOPTIONS"] = "-c plan_cache_mode=force_generic_plan";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("pgbench did not start.");
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        // "tps = 812.3 (without initial connection time)"
        string rate = output.Split('\n').First(l => l.StartsWith("tps = ", StringComparison.Ordinal))[6..].Split(' ')[0];
        return double.Parse(rate, CultureInfo.InvariantCulture);
    }
}
