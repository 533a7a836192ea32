using Npgsql;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>A row of the predictions as selected: of a large one not its texts and its output, but what bytes they have.</summary>
internal sealed record PredictionRow(
    Guid Key, DateTime CreatedAt, int Predictor, int Job, int TokensCut, string? Input, string? InputPair, StoredOutput Output, long Bytes)
{
    /// <summary>Columns for <see cref="ReadWhole"/>.</summary>
    public const string Columns = "key, created_at, predictor, job, tokens_cut, input, input_pair, output, embedding";

    /// <summary>The selection for <see cref="Read"/>.</summary>
    /// <param name="rows">A table's name, or a selection from it.</param>
    /// <param name="most">The parameter with the bytes of the largest rows that come whole.</param>
    /// <remarks>
    /// Of a large row the server sends its size alone. What is not compressed has the size that it is stored with; a compressed output has to be
    /// read for it, once: OFFSET 0 keeps the planner from putting the size in each place that asks for it.
    /// </remarks>
    public static string Select(string rows, string most) =>
        $"""
        SELECT key, created_at, predictor, job, tokens_cut, CASE WHEN bytes <= {most} THEN input END, CASE WHEN bytes <= {most} THEN input_pair END,
            CASE WHEN bytes <= {most} THEN output END, CASE WHEN bytes <= {most} THEN embedding END, bytes
        FROM (SELECT *, octet_length(input)::bigint + coalesce(octet_length(input_pair), 0) + coalesce(CASE WHEN pg_column_compression(output) IS NULL THEN pg_column_size(output) ELSE octet_length(output::text) END, 0)
            + coalesce(pg_column_size(embedding), 0) AS bytes FROM {rows} OFFSET 0) AS p
        """;

    /// <summary>Its texts and its output are still to be read.</summary>
    public bool IsDeferred => Input is null;

    public static PredictionRow Read(NpgsqlDataReader row) => Take(row, row.GetInt64(9));

    /// <summary>Reads a row of any size.</summary>
    public static PredictionRow ReadWhole(NpgsqlDataReader row) => Take(row, null);

    private static PredictionRow Take(NpgsqlDataReader row, long? bytes)
    {
        string? input = row.IsDBNull(5) ? null : row.GetString(5), pair = row.IsDBNull(6) ? null : row.GetString(6);
        var output = new StoredOutput(row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7), row.IsDBNull(8) ? null : row.GetFieldValue<float[]>(8));
        return new PredictionRow(
            row.GetGuid(0), row.GetDateTime(1), row.GetInt32(2), row.GetInt32(3), row.IsDBNull(4) ? 0 : row.GetInt32(4), input, pair, output,
            bytes ?? (input?.Length ?? 0) + (pair?.Length ?? 0) + (output.Json?.Length ?? 0) + (output.Embedding?.Length ?? 0) * sizeof(float));
    }

    public StoredPrediction ToPrediction(Predictor predictor, Guid jobId) => new(
        Key, predictor, StoredText.Decode(Input!), InputPair is null ? null : StoredText.Decode(InputPair), Output, TokensCut, jobId, CreatedAt);
}
