using Npgsql;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>A row of the predictions as selected: of a large one not its texts and its output, but what bytes they have.</summary>
internal sealed record PredictionRow(
    Guid Key, DateTime CreatedAt, int Predictor, int Job, int TokensCut, string? Input, string? InputPair, StoredOutput Output, long Bytes)
{
    /// <summary>Columns of a row.</summary>
    /// <param name="rows">A table's name, or a selection from it.</param>
    /// <param name="most">The parameter with the bytes of the largest rows that come whole.</param>
    /// <remarks>
    /// The server reads an output to know how long it is, and of a large one sends only that. OFFSET 0 keeps the planner from putting the
    /// length in each place that asks for it, and from reading the output as often.
    /// </remarks>
    public static string Select(string rows, string most) =>
        $"""
        SELECT key, created_at, predictor, job, tokens_cut, CASE WHEN bytes <= {most} THEN input END, CASE WHEN bytes <= {most} THEN input_pair END,
            CASE WHEN bytes <= {most} THEN output END, CASE WHEN bytes <= {most} THEN embedding END, bytes
        FROM (SELECT *, octet_length(input)::bigint + coalesce(octet_length(input_pair), 0) + coalesce(octet_length(output::text), 0)
            + coalesce(pg_column_size(embedding), 0) AS bytes FROM {rows} OFFSET 0) AS p
        """;

    /// <summary>Its texts and its output are still to be read.</summary>
    public bool IsDeferred => Input is null;

    public static PredictionRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetDateTime(1), row.GetInt32(2), row.GetInt32(3), row.IsDBNull(4) ? 0 : row.GetInt32(4),
        row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6),
        new StoredOutput(row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7), row.IsDBNull(8) ? null : row.GetFieldValue<float[]>(8)), row.GetInt64(9));

    public StoredPrediction ToPrediction(Predictor predictor, Guid jobId) => new(
        Key, predictor, StoredText.Decode(Input!), InputPair is null ? null : StoredText.Decode(InputPair), Output, TokensCut, jobId, CreatedAt);
}
