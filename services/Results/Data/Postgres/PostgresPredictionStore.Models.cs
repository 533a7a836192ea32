using System.Text.Json;
using BatchInfer.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>What names stand for.</summary>
internal sealed partial class PostgresPredictionStore
{
    private const string UpsertRevision =
        """
        INSERT INTO results.model_revisions AS m (name, revision, descriptor, announced_at) VALUES ($1, $2, $3::jsonb, $4)
        ON CONFLICT (name, revision) DO UPDATE SET descriptor = excluded.descriptor, announced_at = excluded.announced_at
        WHERE m.announced_at < excluded.announced_at AND m.descriptor IS DISTINCT FROM excluded.descriptor
        """;

    // A newer worker may read more from the same files: then the name has it too.
    private const string UpsertFirst =
        """
        INSERT INTO results.models AS m (name, revision, descriptor, announced_at, version) VALUES ($1, $2, $3::jsonb, $4, 0)
        ON CONFLICT (name) DO UPDATE SET descriptor = excluded.descriptor, announced_at = excluded.announced_at
        WHERE m.revision = excluded.revision AND m.announced_at < excluded.announced_at AND m.descriptor IS DISTINCT FROM excluded.descriptor
        """;

    private const string UpsertPromoted =
        """
        INSERT INTO results.models AS m (name, revision, descriptor, announced_at, version) VALUES ($1, $2, $3::jsonb, $4, $5)
        ON CONFLICT (name) DO UPDATE
        SET revision = excluded.revision, descriptor = excluded.descriptor, announced_at = excluded.announced_at, version = excluded.version
        WHERE m.version < excluded.version
        """;

    private const string SelectModel = "SELECT descriptor::text FROM results.models WHERE name = $1";

    private const string SelectRevisions = "SELECT descriptor::text FROM results.model_revisions WHERE name = $1 ORDER BY announced_at DESC, revision";

    public async Task SaveModelsAsync(IReadOnlyList<ModelDescriptor> models, DateTimeOffset announcedAt, CancellationToken ct)
    {
        foreach (var model in models)
            foreach (string sql in (string[])[UpsertRevision, UpsertFirst])
            {
                await using var command = Upsert(sql, model, announcedAt);
                await command.ExecuteNonQueryAsync(ct);
            }
    }

    public async Task PromoteAsync(IReadOnlyList<PromotedModel> models, CancellationToken ct)
    {
        foreach (var (model, version) in models)
        {
            await using (var revision = Upsert(UpsertRevision, model, _time.GetUtcNow())) await revision.ExecuteNonQueryAsync(ct);
            await using var command = Upsert(UpsertPromoted, model, _time.GetUtcNow());
            command.Parameters.Add(new() { Value = version });
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    public async Task<ModelDescriptor?> FindModelAsync(string name, CancellationToken ct)
    {
        await using var command = _lookUps.CreateCommand(SelectModel);
        command.Parameters.Add(new() { Value = StoredText.Encode(name) });
        return await command.ExecuteScalarAsync(ct) is string json ? JsonSerializer.Deserialize<ModelDescriptor>(json, ApiJson.Options) : null;
    }

    public async Task<IReadOnlyList<ModelDescriptor>> FindRevisionsAsync(string name, CancellationToken ct)
    {
        var revisions = new List<ModelDescriptor>();
        await using var command = _lookUps.CreateCommand(SelectRevisions);
        command.Parameters.Add(new() { Value = StoredText.Encode(name) });
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) revisions.Add(JsonSerializer.Deserialize<ModelDescriptor>(row.GetString(0), ApiJson.Options)!);
        return revisions;
    }

    private NpgsqlCommand Upsert(string sql, ModelDescriptor model, DateTimeOffset at)
    {
        var command = _writes.CreateCommand(sql);
        command.Parameters.Add(new() { Value = model.Name });
        command.Parameters.Add(new() { Value = model.Revision });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(model, ApiJson.Options), NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = at.UtcDateTime });
        return command;
    }
}
