using BatchInfer.Results.Data;
using Npgsql;
using NpgsqlTypes;

namespace BatchInfer.Results.ExportViews;

/// <summary>The input's columns of a job's records, copied into a table that is there for one transaction: what a job's table is joined with.</summary>
internal static class InputTable
{
    /// <summary>Its name in SQL.</summary>
    public const string Name = "pg_temp.batchinfer_input";

    // The job's ordinals that are in memory; a COPY for each so many costs nothing beside the rows.
    private const int OrdinalsAtOnce = 10_000;

    private const string SelectOrdinals =
        "SELECT array(SELECT ordinal FROM results.job_items WHERE job = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3)";

    private const string QuoteNames = "SELECT array(SELECT quote_ident(n) FROM unnest($1::text[]) WITH ORDINALITY AS t (n, place) ORDER BY place)";

    /// <summary>Makes it and fills it, with a row for each record that the job has stored: also where the corpus ends before.</summary>
    /// <param name="connection">In a transaction, at whose end it goes.</param>
    /// <param name="job">The job's number.</param>
    /// <param name="input">What stands in the corpus.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The names of the input's columns, quoted by the server.</returns>
    public static async Task<string[]> FillAsync(NpgsqlConnection connection, int job, TableInput input, CancellationToken ct)
    {
        string[] names = await AskAsync<string[]>(connection, QuoteNames, ct, (object)input.Columns.Names.ToArray());
        await CreateAsync(connection, names, ct);
        await using var rows = input.Rows.GetAsyncEnumerator(ct);
        bool any = await rows.MoveNextAsync();
        long last = -1;
        while (await AskAsync<long[]>(connection, SelectOrdinals, ct, job, last, OrdinalsAtOnce) is { Length: > 0 } ordinals)
        {
            await using var copy = await connection.BeginBinaryImportAsync($"COPY {Name} FROM STDIN (FORMAT BINARY)", ct);
            foreach (long ordinal in ordinals)
            {
                // A retry of failed records has few of the corpus' rows.
                while (any && rows.Current.Ordinal < ordinal) any = await rows.MoveNextAsync();
                byte[]? record = any && rows.Current.Ordinal == ordinal ? rows.Current.Bytes.ToArray() : null;
                await WriteAsync(copy, ordinal, input.Columns.Read(record), ct);
            }

            await copy.CompleteAsync(ct);
            last = ordinals[^1];
        }

        return names;
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, long ordinal, string?[] values, CancellationToken ct)
    {
        await copy.StartRowAsync(ct);
        await copy.WriteAsync(ordinal, NpgsqlDbType.Bigint, ct);
        foreach (string? value in values)
        {
            if (value is null) await copy.WriteNullAsync(ct);
            else await copy.WriteAsync(StoredText.Encode(value), NpgsqlDbType.Text, ct);
        }
    }

    private static async Task CreateAsync(NpgsqlConnection connection, string[] names, CancellationToken ct)
    {
        // The names were quoted by the server.
#pragma warning disable CA2100
        await using var create = new NpgsqlCommand(
            $"CREATE TEMP TABLE batchinfer_input (ordinal bigint NOT NULL{string.Concat(names.Select(n => $", {n} text"))}) ON COMMIT DROP", connection);
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(ct);
    }

    private static async Task<T> AskAsync<T>(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        // Only ever the constants above.
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (object value in values) command.Parameters.Add(new() { Value = value });
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }
}
