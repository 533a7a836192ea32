using BatchInfer.ServiceDefaults;
using BatchInfer.Contracts;
using Npgsql;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>The results on PostgreSQL. This part writes; reading is in the other.</summary>
/// <remarks>
/// Two writers never wait for each other in a circle: every transaction takes its rows in the order predictions (by key), items
/// (by job and ordinal), receipts (by job and shard).
/// </remarks>
internal sealed partial class PostgresPredictionStore : IPredictionStore, IAsyncDisposable
{
    // Lookups go by an index of one partition, always: a plan made and kept while a table was empty would scan it whole later,
    // and a plan made for each call costs more than the call.
    private const string LookUpByIndex = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off";

    // Statements over many rows are planned each time, for the tables as they are now. And what is reported as stored is stored: a
    // server told to answer before its log is written would, killed, forget records that the coordinator has counted.
    private const string PlanEachTime =
        "SET plan_cache_mode = force_custom_plan; SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

    private readonly NpgsqlDataSource _writes;
    private readonly NpgsqlDataSource _lookUps;
    private readonly RowNumbers _numbers;
    private readonly BulkLuck _luck = new();
    private readonly TimeProvider _time;

    public PostgresPredictionStore(string connectionString, TimeProvider time)
    {
        _time = time;
        _writes = Source(connectionString, "batchinfer-results", PlanEachTime);
        _lookUps = Source(connectionString, "batchinfer-lookup", LookUpByIndex);
        _numbers = new RowNumbers(_lookUps, _writes);
    }

    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _lookUps.DisposeAsync();
    }

    public async Task<IReadOnlyList<StoredChunk>> WriteAsync(IReadOnlyList<PredictionsProduced> chunks, CancellationToken ct)
    {
        try
        {
            return await WriteOnceAsync(chunks, ct);
        }
        catch (Exception e) when (DatabaseMigrator.IsTransient(e))
        {
            _numbers.Forget();
            throw;
        }
    }

    private async Task<IReadOnlyList<StoredChunk>> WriteOnceAsync(IReadOnlyList<PredictionsProduced> chunks, CancellationToken ct)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        if (_luck.ShouldTry)
        {
            var group = await ChunkGroup.CreateAsync(chunks, _numbers, ct);
            if (!group.HasRecordTwice)
            {
                try
                {
                    var all = await BulkInsert.RunAsync(_writes, group, now, ct);
                    _luck.Won();
                    return all;
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                    _luck.Lost();
                }
            }
        }

        var stored = new StoredChunk[chunks.Count];
        for (int i = 0; i < stored.Length; i++)
            stored[i] = await MergeInsert.RunAsync(_writes, await _numbers.NumberAsync(chunks[i], ct), now, ct);
        return stored;
    }

    private static NpgsqlDataSource Source(string connectionString, string name, string settings)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        // The settings and the staging table stay with their connection, and statements are prepared once they recur.
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        builder.ConnectionStringBuilder.MaxAutoPrepare = 4 * PredictionPartitions.Count;
        builder.ConnectionStringBuilder.AutoPrepareMinUsages = 2;
        builder.ConnectionStringBuilder.ApplicationName = name;
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var set = new NpgsqlCommand(settings, connection);
                set.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var set = new NpgsqlCommand(settings, connection);
                await set.ExecuteNonQueryAsync();
            });
        return builder.Build();
    }
}
