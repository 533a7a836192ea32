using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Postgres;
using BatchInfer.Results.ExportPredictions;
using BatchInfer.Results.ExportViews;
using BatchInfer.ServiceDefaults;
using Npgsql;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>Tables that keep the corpus' own columns beside the predictions.</summary>
public sealed class PostgresTableInputTests : IAsyncLifetime
{
    private readonly ShardId _shard = new(Guid.NewGuid(), 0);
    private string _database = null!;
    private PostgresPredictionStore _store = null!;
    private PostgresViews _views = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestServers.CreateDatabaseAsync(Ct);
        await ResultsDatabase.MigrateAsync(new DatabaseOptions { ConnectionString = _database }, Ct);
        _store = new PostgresPredictionStore(_database, TimeProvider.System);
        _views = new PostgresViews(_database, "Reports");
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is null) return;
        await _store.DisposeAsync();
        await _views.DisposeAsync();
        await TestServers.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Any_header_makes_columns_and_any_record_its_row()
    {
        await _store.WriteAsync([Chunks.Computed(_shard, 4, 0, 3), Chunks.Failed(_shard, 4, 3, 4)], Ct);
        string name = new('é', 40);
        string header = $"id,label,\"say \"\"it\"\", $1 @p; --\",,,xmin,Label,label,{name}a,{name}b";
        const string records = "a,mine,\"\"\"x\"\"\r\n漢\",n,m,7,L,again,1,2\r\nb,nul\0,'\r\nc,,,,,,,,,\r\nd,\"broken\n";
        Assert.True(await PutAsync("Rows", new RecordSchema(RecordFormat.Csv, "id", null, null, header), records));

        Assert.Equal(
            ["ordinal", "custom_id", "id", "input_label", "say \"it\", $1 @p; --", "column", "column_2", "input_xmin", "Label", "label_2", new string('é', 31), new string('é', 30) + "_2", "input", "input_pair", "label"],
            (await ReadAsync("SELECT attname::text FROM pg_attribute WHERE attrelid = '\"Reports\".\"Rows\"'::regclass AND attnum > 0 ORDER BY attnum")).Take(15));
        Assert.Equal(
            [
                "0|id-0|a|mine|\"x\"\r\n漢|n|m|7|L|again|1|2|text 0|positive|",
                // PostgreSQL's text cannot hold U+0000. What a record does not have is null, what it has and is empty is empty.
                "1|id-1|b|nul\u001A0|'|-|-|-|-|-|-|-|text 1|positive|", "2|id-2|c||||||||||text 2|positive|", "3|id-3|-|-|-|-|-|-|-|-|-|-|||empty_text",
            ],
            await ReadAsync(
                $"""
                SELECT concat_ws('|', ordinal, custom_id, coalesce(id, '-'), coalesce(input_label, '-'), coalesce("say ""it"", $1 @p; --", '-'), coalesce("column", '-'), coalesce(column_2, '-'),
                    coalesce(input_xmin, '-'), coalesce("Label", '-'), coalesce(label_2, '-'), coalesce({new string('é', 31)}, '-'), coalesce({new string('é', 30)}_2, '-'),
                    coalesce(input, ''), coalesce(label, ''), coalesce(error_code, '')) FROM "Reports"."Rows" ORDER BY ordinal
                """));
        Assert.Equal(("Rows", true), (await _views.ListAsync(Ct)).Select(v => (v.Name, v.Table)).Single());
    }

    [Fact]
    public async Task A_job_of_some_of_the_records_gets_its_own_however_many_they_are()
    {
        const int all = 30_000;
        List<long> chosen = [.. Enumerable.Range(0, all).Where(i => i % 7 > 1).Select(i => (long)i)];
        await _store.WriteAsync(
            [
                Chunks.Chunk(_shard, chosen.Count, [.. chosen.Select(o => Chunks.Prediction(Chunks.Text(o), Chunks.Output(o)))],
                    [.. chosen.Select(o => Chunks.Item(o, OutcomeKind.Computed))]),
            ], Ct);
        // The last records are no longer in the corpus.
        string corpus = string.Concat(Enumerable.Range(0, all - 10).Select(i => $"row {i}\n"));
        Assert.True(await PutAsync("rows", new RecordSchema(RecordFormat.Text, "", null, null, null), corpus));

        Assert.Equal($"{chosen.Count}", Assert.Single(await ReadAsync("""SELECT count(*)::text FROM "Reports".rows WHERE input = 'text ' || ordinal""")));
        Assert.Equal($"{chosen.Count(o => o < all - 10)}", Assert.Single(await ReadAsync("""SELECT count(*)::text FROM "Reports".rows WHERE text = 'row ' || ordinal""")));
        Assert.Equal($"{chosen.Count(o => o >= all - 10)}", Assert.Single(await ReadAsync("""SELECT count(*)::text FROM "Reports".rows WHERE text IS NULL""")));
    }

    [Fact]
    public async Task A_corpus_that_breaks_off_leaves_the_table_from_before_and_nothing_else()
    {
        await _store.WriteAsync([Chunks.Computed(_shard, 4, 0, 4)], Ct);
        var schema = new RecordSchema(RecordFormat.Text, "", null, null, null);
        Assert.True(await PutAsync("rows", schema, "a\nb\nc\nd\n"));

        var broken = new TableInput(InputColumns.Of(schema, [], ViewSql.InputNames), BreakingOffAsync());
        await Assert.ThrowsAsync<InputUnavailableException>(() => PutAsync("rows", broken));
        await Assert.ThrowsAsync<InputUnavailableException>(() => PutAsync("others", broken));

        Assert.Equal(["a", "b", "c", "d"], await ReadAsync("""SELECT text FROM "Reports".rows ORDER BY ordinal"""));
        Assert.Equal("rows", Assert.Single(await _views.ListAsync(Ct)).Name);
        Assert.Equal("0", Assert.Single(await ReadAsync("SELECT count(*)::text FROM pg_class WHERE relname IN ('batchinfer_input', 'others')")));
        // And the connection is good for the next.
        Assert.True(await PutAsync("rows", schema, "e\nf\ng\nh\n"));
        Assert.Equal(["e", "f", "g", "h"], await ReadAsync("""SELECT text FROM "Reports".rows ORDER BY ordinal"""));
    }

    [Fact]
    public async Task What_somebody_else_made_is_left_alone_before_the_corpus_is_read()
    {
        await _store.WriteAsync([Chunks.Computed(_shard, 4, 0, 4)], Ct);
        await ReadAsync("""CREATE SCHEMA "Reports"; CREATE TABLE "Reports".mine (a int)""");

        // Else the corpus' end would be an exception.
        var unread = new TableInput(InputColumns.Of(new RecordSchema(RecordFormat.Text, "", null, null, null), [], ViewSql.InputNames), BreakingOffAsync());
        Assert.False(await PutAsync("mine", unread));
    }

    private Task<bool> PutAsync(string name, RecordSchema schema, string records) => PutAsync(name, new TableInput(
        InputColumns.Of(schema, [], ViewSql.InputNames), CorpusRows.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(records)), schema.Format, 0, Ct)));

    private async Task<bool> PutAsync(string name, TableInput input) =>
        await _views.PutAsync(name, $"job {_shard.JobId}", (await _views.FindJobAsync(_shard.JobId, Ct))!.Value, input, Ct);

    private static async IAsyncEnumerable<CorpusRow> BreakingOffAsync()
    {
        await Task.Yield();
        for (int i = 0; i < 2; i++) yield return new CorpusRow(i, "lost"u8.ToArray());
        throw new InputUnavailableException("The coordinator was stopped.");
    }

    private async Task<List<string>> ReadAsync(string sql)
    {
        var rows = new List<string>();
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Ct);
#pragma warning disable CA2100 // The test's own text.
        await using var select = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var row = await select.ExecuteReaderAsync(Ct);
        while (await row.ReadAsync(Ct)) rows.Add(row.GetString(0));
        return rows;
    }
}
