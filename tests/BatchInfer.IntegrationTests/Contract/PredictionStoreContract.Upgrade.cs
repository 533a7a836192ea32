using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>What an older version stored.</summary>
public abstract partial class PredictionStoreContract
{
    private const string FirstVersion = "CreateTables";

    [Fact]
    public async Task Rows_of_the_first_version_are_kept()
    {
        var fresh = await CreateDatabaseAsync();
        try
        {
            var (key, embedded) = (Chunks.Key("old"), Chunks.Key("vector"));
            await using (var context = ResultsDatabase.Open(fresh))
            {
                await context.Database.MigrateAsync(FirstVersion, Ct);
                bool postgres = fresh.Provider == DatabaseProvider.Postgres;
                string Id(Guid id) => postgres ? $"'{id}'" : $"x'{id:N}'";
                string schema = postgres ? "results." : "", now = postgres ? "now()" : "1764000000000";
                string vector = postgres ? "'{0.5,-2}'" : $"x'{Convert.ToHexString([.. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(-2f)])}'";
                await context.Database.ExecuteSqlRawAsync(
                    $$"""
                    INSERT INTO {{schema}}revisions (revision, model) VALUES ('{{Chunks.Revision}}', 'sentiment');
                    INSERT INTO {{schema}}predictions (key, revision_id, task, input, input_pair, output, embedding, tokens, job_id, created_at) VALUES
                        ({{Id(key)}}, 1, 'text-classification', 'old', NULL, '[1]', NULL, 5, {{Id(_job)}}, {{now}}),
                        ({{Id(embedded)}}, 1, 'feature-extraction', 'vector', 'pair', NULL, {{vector}}, 5, {{Id(_job)}}, {{now}});
                    INSERT INTO {{schema}}job_items (job_id, ordinal, custom_id, key, shard) VALUES
                        ({{Id(_job)}}, 0, '1', {{Id(key)}}, 0), ({{Id(_job)}}, 1, 'b', {{Id(embedded)}}, 0), ({{Id(_job)}}, 2, '3', NULL, 0);
                    INSERT INTO {{schema}}item_errors (job_id, ordinal, custom_id, code, message, line) VALUES ({{Id(_job)}}, 2, '3', 'empty_text', 'Empty.', 3);
                    INSERT INTO {{schema}}shard_receipts (job_id, shard, received, computed, cached, duplicates, failed, tokens, padded_tokens)
                    VALUES ({{Id(_job)}}, 0, 3, 2, 0, 0, 1, 10, 10);
                    """.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal), Ct);
            }

            await ResultsDatabase.MigrateAsync(fresh, Ct);

            var store = Open(fresh);
            await using var _ = (IAsyncDisposable)store;
            var lines = await store.ReadLinesAsync(_job, -1, 10, Ct);
            Assert.Equal(["1", "b", "3"], lines.Select(l => l.CustomId));
            Assert.Equal("[1]", Encoding.UTF8.GetString(lines[0].Output.Json!));
            Assert.Equal([0.5f, -2f], lines[1].Output.Embedding!);
            Assert.Equal(new RecordError("empty_text", "Empty.", 3), lines[2].Error);
            Assert.Equal(embedded, (await store.FindKeysAsync(_job, ["b"], Ct))["b"]);
            var found = (await store.FindAsync([key, embedded], Ct))[embedded];
            Assert.Equal(("sentiment", Chunks.Revision, TaskNames.FeatureExtraction, "pair", _job),
                (found.Predictor.Model, found.Predictor.Revision, found.Predictor.Task, found.InputPair, found.JobId));
            // The receipt counts on: this chunk was stored before.
            var again = await store.WriteAsync([Chunks.Chunk(Shard, 3, [], [Chunks.Item(0, OutcomeKind.Cached, key)])], Ct);
            Assert.Equal((0, true, 3L), (again[0].Inserted, again[0].IsComplete, again[0].Counts.Total));
        }
        finally
        {
            await DropDatabaseAsync(fresh);
        }
    }
}
