using BatchInfer.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>Fields that more than one COPY writes.</summary>
internal static class CopyFields
{
    /// <summary>Writes tokens, tokens_cut, input, input_pair, output and embedding.</summary>
    public static async Task WritePredictionAsync(this NpgsqlBinaryImporter copy, NewPrediction p, CancellationToken ct)
    {
        await copy.WriteAsync(p.Tokens, NpgsqlDbType.Integer, ct);
        if (p.TokensCut == 0) await copy.WriteNullAsync(ct);
        else await copy.WriteAsync(p.TokensCut, NpgsqlDbType.Integer, ct);
        await copy.WriteAsync(StoredText.Encode(p.Input), NpgsqlDbType.Text, ct);
        await copy.WriteOrNullAsync(StoredText.Encode(p.InputPair), NpgsqlDbType.Text, ct);
        await copy.WriteOrNullAsync(p.Output, NpgsqlDbType.Json, ct);
        await copy.WriteOrNullAsync(StoredOutput.Floats(p.Embedding), NpgsqlDbType.Array | NpgsqlDbType.Real, ct);
    }

    /// <summary>Writes a value or NULL.</summary>
    public static Task WriteOrNullAsync<T>(this NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken ct)
        where T : class =>
        value is null ? copy.WriteNullAsync(ct) : copy.WriteAsync(value, type, ct);
}
