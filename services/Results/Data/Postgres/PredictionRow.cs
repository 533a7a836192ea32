using Npgsql;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>A row of the predictions as selected.</summary>
internal sealed record PredictionRow(
    Guid Key, DateTime CreatedAt, int Predictor, int Job, int TokensCut, string Input, string? InputPair, StoredOutput Output)
{
    public static PredictionRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetDateTime(1), row.GetInt32(2), row.GetInt32(3), row.IsDBNull(4) ? 0 : row.GetInt32(4),
        row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6),
        new StoredOutput(row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7), row.IsDBNull(8) ? null : row.GetFieldValue<float[]>(8)));

    public StoredPrediction ToPrediction(Predictor predictor, Guid jobId) => new(
        Key, predictor, StoredText.Decode(Input), InputPair is null ? null : StoredText.Decode(InputPair), Output, TokensCut, jobId, CreatedAt);
}
