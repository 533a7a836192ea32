using System.Text.Json;
using BatchInfer.Contracts;

namespace BatchInfer.Results.Data.Sqlite;

/// <summary>What names stand for.</summary>
internal sealed partial class SqlitePredictionStore
{
    private const string SelectModel = "SELECT descriptor FROM models WHERE name = $1";

    private const string SelectRevisions = "SELECT descriptor FROM model_revisions WHERE name = $1 ORDER BY announced_at DESC, revision";

    public async Task SaveModelsAsync(IReadOnlyList<ModelDescriptor> models, DateTimeOffset announcedAt, CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            var writer = Writer();
            writer.Use(null);
            foreach (var model in models)
            {
                string json = JsonSerializer.Serialize(model, ApiJson.Options);
                writer.UpsertRevision.Run(model.Name, model.Revision, json, announcedAt.ToUnixTimeMilliseconds());
                writer.UpsertFirst.Run(model.Name, model.Revision, json, announcedAt.ToUnixTimeMilliseconds());
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task PromoteAsync(IReadOnlyList<PromotedModel> models, CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            var writer = Writer();
            writer.Use(null);
            long now = time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (var (model, version) in models)
            {
                string json = JsonSerializer.Serialize(model, ApiJson.Options);
                writer.UpsertRevision.Run(model.Name, model.Revision, json, now);
                writer.UpsertPromoted.Run(model.Name, model.Revision, json, now, version);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task<ModelDescriptor?> FindModelAsync(string name, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        using var select = new SqliteStatement(connection, SelectModel, 1);
        using var row = select.Read(StoredText.Encode(name));
        return row.Read() ? JsonSerializer.Deserialize<ModelDescriptor>(row.GetString(0), ApiJson.Options) : null;
    }

    public async Task<IReadOnlyList<ModelDescriptor>> FindRevisionsAsync(string name, CancellationToken ct)
    {
        var revisions = new List<ModelDescriptor>();
        await using var connection = await OpenAsync(ct);
        using var select = new SqliteStatement(connection, SelectRevisions, 1);
        using var row = select.Read(StoredText.Encode(name));
        while (row.Read()) revisions.Add(JsonSerializer.Deserialize<ModelDescriptor>(row.GetString(0), ApiJson.Options)!);
        return revisions;
    }
}
