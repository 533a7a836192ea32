using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Postgres;
using BatchInfer.Results.ExportViews;
using BatchInfer.ServiceDefaults;
using Npgsql;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>Views and tables that other tools read by plain SQL.</summary>
public sealed class PostgresViewsTests : IAsyncLifetime
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
        await _store.WriteAsync([Chunks.Computed(_shard, 4, 0, 3), Chunks.Failed(_shard, 4, 3, 4)], Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is null) return;
        await _store.DisposeAsync();
        await _views.DisposeAsync();
        await TestServers.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task A_jobs_view_has_its_records_in_order_with_labels_and_errors()
    {
        var job = (await _views.FindJobAsync(_shard.JobId, Ct))!.Value;
        Assert.True(await _views.PutAsync("Tickets", false, $"job {_shard.JobId}", ViewSql.OfJob(job.Number, job.LineOffset), Ct));

        var view = Assert.Single(await _views.ListAsync(Ct));
        Assert.Equal(("Tickets", false, $"job {_shard.JobId}", """SELECT * FROM "Reports"."Tickets" """.Trim()), (view.Name, view.Table, view.Source, view.Sql));
        Assert.Equal(
            ["0|id-0|text 0|positive||" + Chunks.Revision, "1|id-1|text 1|positive||" + Chunks.Revision, "2|id-2|text 2|positive||" + Chunks.Revision, "3|id-3|||empty_text|"],
            await ReadAsync("""SELECT concat_ws('|', ordinal, custom_id, coalesce(input, ''), coalesce(label, ''), coalesce(error_code, ''), coalesce(revision, '')) FROM "Reports"."Tickets" ORDER BY ordinal"""));
        Assert.Null(await _views.FindJobAsync(Guid.NewGuid(), Ct));
    }

    [Fact]
    public async Task An_output_with_a_character_that_no_text_can_have_is_without_a_label_and_in_nobodys_way()
    {
        const string output = """[{"label":"a","word":"\u0000","score":0.5}]""";
        var odd = new ShardId(Guid.NewGuid(), 0);
        await _store.WriteAsync([Chunks.Chunk(odd, 1, [Chunks.Prediction(Chunks.Text(9), output)], [Chunks.Item(9, OutcomeKind.Computed)])], Ct);
        Assert.True(await _views.PutAsync("all", true, "model", ViewSql.OfRevision(await _views.QuoteAsync(Chunks.Revision, Ct), null), Ct));

        Assert.Equal(
            ["text 0|positive", "text 1|positive", "text 2|positive", "text 9|" + output],
            await ReadAsync("""SELECT concat_ws('|', input, coalesce(label, output::text)) FROM "Reports"."all" ORDER BY input"""));
    }

    [Fact]
    public async Task A_models_view_follows_its_name_and_a_table_keeps_the_rows_of_its_time()
    {
        await _store.PromoteAsync([new PromotedModel(Model("other"), 1)], Ct);
        string name = await _views.QuoteAsync("senti'ment", Ct);
        Assert.Equal("'senti''ment'", name);
        Assert.True(await _views.PutAsync("now", false, "model", ViewSql.OfName(name, await _views.QuoteAsync(TaskNames.TextClassification, Ct)), Ct));
        Assert.True(await _views.PutAsync("then", true, "model", ViewSql.OfName(name, null), Ct));
        Assert.Equal("0", Assert.Single(await ReadAsync("""SELECT count(*)::text FROM "Reports".now""")));

        await _store.PromoteAsync([new PromotedModel(Model(Chunks.Revision), 2)], Ct);
        Assert.Equal("3", Assert.Single(await ReadAsync("""SELECT count(*)::text FROM "Reports".now""")));
        Assert.Equal("0", Assert.Single(await ReadAsync("""SELECT count(*)::text FROM "Reports"."then" """)));
        // A table becomes a view, and the other way round.
        Assert.True(await _views.PutAsync("then", false, "model", ViewSql.OfRevision(await _views.QuoteAsync(Chunks.Revision, Ct), null), Ct));
        Assert.Equal("3", Assert.Single(await ReadAsync("""SELECT count(*)::text FROM "Reports"."then" """)));
    }

    [Fact]
    public async Task What_somebody_else_made_is_neither_replaced_nor_removed()
    {
        await ExecuteAsync("""CREATE SCHEMA "Reports"; CREATE TABLE "Reports".mine (a int)""");
        Assert.False(await _views.PutAsync("mine", true, "job", "SELECT 1 AS a", Ct));
        Assert.Null(await _views.DeleteAsync("mine", Ct));
        Assert.False(await _views.DeleteAsync("absent", Ct));
        Assert.Empty(await _views.ListAsync(Ct));

        // However it is spelled, it is one name.
        Assert.True(await _views.PutAsync("""x"; DROP TABLE "Reports".mine; --""", false, "it's", "SELECT 1 AS a", Ct));
        Assert.Equal("it's", Assert.Single(await _views.ListAsync(Ct)).Source);
        Assert.True(await _views.DeleteAsync("""x"; DROP TABLE "Reports".mine; --""", Ct));
        Assert.Equal("0", Assert.Single(await ReadAsync("""SELECT count(*)::text FROM "Reports".mine""")));
    }

    private static ModelDescriptor Model(string revision) => new("senti'ment", revision, "Bert", TaskNames.TextClassification,
        new Dictionary<string, string> { [TaskNames.TextClassification] = "{}" }, 64, [], 1);

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

    private Task<List<string>> ExecuteAsync(string sql) => ReadAsync(sql);
}
