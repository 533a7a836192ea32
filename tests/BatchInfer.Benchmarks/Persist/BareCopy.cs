using BatchInfer.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace BatchInfer.Benchmarks.Persist;

/// <summary>The ceiling: binary COPY of the same rows into the same tables, one long COPY a connection, with nothing asked, counted or checked.</summary>
internal static class BareCopy
{
    /// <param name="connectionString">Database with the product's tables.</param>
    /// <param name="chunks">The rows.</param>
    /// <param name="connections">COPYs side by side.</param>
    /// <param name="job">A number for the job.</param>
    /// <param name="items">The records' rows too, else the predictions alone.</param>
    /// <param name="ownIds">Records are stored with their ids.</param>
    public static Task RunAsync(string connectionString, List<PredictionsProduced> chunks, int connections, int job, bool items, bool ownIds) =>
        Task.WhenAll(chunks.Chunk((chunks.Count + connections - 1) / connections).Select(part => Task.Run(async () =>
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await CopyPredictionsAsync(connection, part, job);
            if (items) await CopyItemsAsync(connection, part, job, ownIds);
            await transaction.CommitAsync();
        })));

    private static async Task CopyPredictionsAsync(NpgsqlConnection connection, PredictionsProduced[] chunks, int job)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY results.predictions (key, created_at, predictor, job, tokens, tokens_cut, input, input_pair, output, embedding) FROM STDIN (FORMAT BINARY)");
        var now = DateTime.UtcNow;
        foreach (var chunk in chunks)
            foreach (var p in chunk.Predictions)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(p.Key, NpgsqlDbType.Uuid);
                await copy.WriteAsync(now, NpgsqlDbType.TimestampTz);
                await copy.WriteAsync(1, NpgsqlDbType.Integer);
                await copy.WriteAsync(job, NpgsqlDbType.Integer);
                await copy.WriteAsync(p.Tokens, NpgsqlDbType.Integer);
                await copy.WriteNullAsync();
                await copy.WriteAsync(p.Input, NpgsqlDbType.Text);
                await copy.WriteNullAsync();
                await copy.WriteAsync(p.Output!, NpgsqlDbType.Json);
                await copy.WriteNullAsync();
            }

        await copy.CompleteAsync();
    }

    private static async Task CopyItemsAsync(NpgsqlConnection connection, PredictionsProduced[] chunks, int job, bool ownIds)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY results.job_items (job, shard, ordinal, key, custom_id) FROM STDIN (FORMAT BINARY)");
        foreach (var chunk in chunks)
            foreach (var item in chunk.Items)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(job, NpgsqlDbType.Integer);
                await copy.WriteAsync(chunk.Shard.Number, NpgsqlDbType.Integer);
                await copy.WriteAsync(item.Ordinal, NpgsqlDbType.Bigint);
                await copy.WriteAsync(item.Key!.Value, NpgsqlDbType.Uuid);
                if (ownIds) await copy.WriteAsync(item.CustomId, NpgsqlDbType.Text);
                else await copy.WriteNullAsync();
            }

        await copy.CompleteAsync();
    }
}
