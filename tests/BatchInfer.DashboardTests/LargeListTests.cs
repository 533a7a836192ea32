using System.Globalization;
using BatchInfer.Contracts;
using BatchInfer.Standalone;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BatchInfer.DashboardTests;

/// <summary>The page over a store that has been in use for long: a thousand jobs, one of them with a hundred thousand shards.</summary>
public sealed class LargeListTests(ServedPage served)
{
    private const int Jobs = 1000, Shards = 100_000, Workers = 40, Left = 4000;

    [Fact(Timeout = 300_000)]
    public async Task A_thousand_jobs_and_a_hundred_thousand_shards_are_shown()
    {
        if (Chromium.Path is null) Assert.Skip("There is no Chromium here: install the package 'chromium', or name one with BATCHINFER_TEST_CHROMIUM.");
        using var folder = new TemporaryFolder();
        var ct = TestContext.Current.CancellationToken;
        Guid large = await FirstJobAsync(folder, ct);
        Multiply(folder["data/coordinator.db"], large, left: 0);
        await using var host = await StartAsync(folder, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        await using var tab = await served.OpenAsync(host.BaseAddress, "/");
        var page = tab.Page;

        for (int first = 1; first < Jobs - 25; first += 25)
        {
            await Expect(page.GetByText($"Jobs {first.ToString(CultureInfo.InvariantCulture)} to")).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Older" }).ClickAsync();
        }

        await Expect(page.Locator("table.jobs tbody tr")).ToHaveCountAsync(25);
        await tab.ShootAsync("jobs-last");
        await page.GotoAsync($"/jobs/{large}");
        await Expect(page.GetByText("100,000 of 100,000", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator(".lane")).ToHaveCountAsync(Workers);
        // What is drawn does not grow with the shards.
        Assert.InRange(await page.EvaluateAsync<int>("() => document.documentElement.outerHTML.length"), 1, 2_000_000);
        await tab.ShootAsync("job-large");
        await tab.AssertAccessibleAsync();
        tab.AssertQuiet();
    }

    [Fact(Timeout = 300_000)]
    public async Task A_running_job_of_a_hundred_thousand_shards_is_followed_and_steered_on_a_phone()
    {
        if (Chromium.Path is null) Assert.Skip("There is no Chromium here: install the package 'chromium', or name one with BATCHINFER_TEST_CHROMIUM.");
        using var folder = new TemporaryFolder();
        var ct = TestContext.Current.CancellationToken;
        Guid large = await FirstJobAsync(folder, ct);
        Multiply(folder["data/coordinator.db"], large, Left);
        await using var host = await StartAsync(folder, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        await using var tab = await served.OpenAsync(host.BaseAddress, $"/jobs/{large}", Look.Phone);
        var page = tab.Page;
        var (progress, status) = (page.GetByRole(AriaRole.Progressbar), page.Locator("h1 .status"));
        const string Before = "96,000 of 100,000 (96%)";
        await Expect(progress).ToHaveAttributeAsync("aria-valuetext", Before);
        await Expect(page.Locator(".lane")).ToHaveCountAsync(Workers);
        await tab.AssertFitsAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(progress).Not.ToHaveAttributeAsync("aria-valuetext", Before);
        string first = (await progress.GetAttributeAsync("aria-valuetext"))!;
        await Expect(progress).Not.ToHaveAttributeAsync("aria-valuetext", first);
        await tab.ShootAsync("job-large-running-phone");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(status).ToHaveTextAsync("paused");
        var paused = await client.GetJobAsync(large, ct);
        Assert.InRange(paused.Counts.ShardsPersisted, Shards - Left + 1, Shards - 1);
        await tab.AssertFitsAsync();
        await tab.AssertAccessibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel …" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the job" }).ClickAsync();
        await Expect(status).ToHaveTextAsync("cancelled");
        // What is over is drawn once more, from the hundred thousand.
        await Expect(page.Locator(".lane")).ToHaveCountAsync(Workers);
        tab.AssertQuiet();
    }

    private static Task<StandaloneHost> StartAsync(TemporaryFolder folder, CancellationToken ct) => StandaloneHost.StartAsync(new StandaloneSettings
    {
        DataFolder = folder["data"], ModelsFolder = Repository.SampleModels, Quiet = true, Arguments = ["--Dashboard:RefreshSeconds=0.5"],
    }, ct);

    private static async Task<Guid> FirstJobAsync(TemporaryFolder folder, CancellationToken ct)
    {
        await using var host = await StartAsync(folder, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        var job = await client.SubmitJobAsync(new JobRequest { Model = "sentiment", Input = new JobInput { Records = ["A fine day."] } }, ct: ct);
        return (await client.WatchJobAsync(job, ct: ct).LastAsync(ct)).Id;
    }

    // Written straight into the database: what is under test is the page over it, not the hours that make it.
    private static void Multiply(string database, Guid job, int left)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=false");
        connection.Open();
        string others = Columns("jobs", "id", "created_at"), rest = Columns("shards", "number", "worker", "dispatched_at", "started_at", "inferred_at", "persisted_at");
        Execute($"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Jobs - 1})
            INSERT INTO jobs (id, created_at, {others})
            SELECT substr(id, 1, 24) || printf('%012X', i), created_at - i * 1000000, {others} FROM jobs, n WHERE id = (SELECT id FROM jobs LIMIT 1)
            """);
        // Each of a second, one after the other at each worker. A shard that was stored before its dispatch was marked has no time of dispatch.
        Execute($"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Shards - 1})
            INSERT INTO shards (number, worker, dispatched_at, started_at, inferred_at, persisted_at, {rest})
            SELECT i, 'worker-' || (i % {Workers}), t, t + 200000, t + 900000, t + 1000000, {rest}
            FROM (SELECT s.*, n.i, coalesce(s.dispatched_at, s.started_at) + (n.i / {Workers}) * 1000000 AS t FROM shards s, n WHERE s.number = 0)
            """);
        Execute($"""
            UPDATE jobs SET shards = {Shards}, shards_persisted = {Shards}, total = {Shards}, computed = {Shards}, finished_at = started_at + {Shards / Workers} * 1000000
            WHERE upper(id) = '{job.ToString().ToUpperInvariant()}'
            """);
        Execute($"UPDATE shards SET worker = 'worker-0' WHERE number = 0");
        if (left > 0) Reopen();

        // As if it had been paused before the last of them, each with the record of its number. The others were stored until now.
        void Reopen()
        {
            const long Ago = (Shards / Workers + 60) * 1_000_000L;
            Execute($"""
                UPDATE shards SET first_ordinal = number, dispatched_at = dispatched_at - {Ago}, started_at = started_at - {Ago},
                inferred_at = inferred_at - {Ago}, persisted_at = persisted_at - {Ago}
                """);
            Execute($"""
                UPDATE shards SET status = 'Pending', attempt = 0, worker = NULL, dispatched_at = NULL, started_at = NULL, inferred_at = NULL,
                persisted_at = NULL, computed = 0, tokens = 0, padded_tokens = 0, lengths = NULL WHERE number >= {Shards - left}
                """);
            Execute($"""
                UPDATE jobs SET status = 'Paused', shards_persisted = {Shards - left}, computed = {Shards - left}, started_at = started_at - {Ago}, finished_at = NULL
                WHERE upper(id) = '{job.ToString().ToUpperInvariant()}'
                """);
        }

        void Execute(string sql)
        {
            using var command = new SqliteCommand(sql, connection);
            Assert.InRange(command.ExecuteNonQuery(), 1, Shards);
        }

        string Columns(string table, params string[] but)
        {
            using var command = new SqliteCommand($"SELECT group_concat(name, ', ') FROM pragma_table_info('{table}') WHERE name NOT IN ({string.Join(',', but.Select(c => $"'{c}'"))})", connection);
            return (string)command.ExecuteScalar()!;
        }
    }
}
