using System.Globalization;
using BatchInfer.Contracts;

namespace BatchInfer.DashboardTests;

public sealed class WorkersPageTests(ServedPage served)
{
    [Fact(Timeout = 300_000)]
    public async Task A_worker_is_shown_with_the_rates_and_the_memory_that_the_API_says()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var tab = await served.OpenAsync("/workers");
        var cells = tab.Page.Locator("main tbody tr td.num");
        WorkerResource worker;
        // They change with each of its heartbeats: asked until page and API are at the same one, and it has a rate.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (int i = 0; ; i++)
        {
            worker = Assert.Single((await served.Api.ListWorkersAsync(ct)).Data);
            string[] expected = [worker.ShardsInHand.ToString(CultureInfo.InvariantCulture), Rate(worker.RecordsPerSecond), Rate(worker.TokensPerSecond), Size(worker.MemoryBytes)];
            bool works = worker is { RecordsPerSecond: > 0, TokensPerSecond: > 0 };
            if (works && expected.SequenceEqual(await cells.AllInnerTextsAsync())) break;
            if (!works && i % 50 == 0)
                await served.Api.SubmitJobAsync(new JobRequest { Model = "sentiment", Input = new JobInput { Records = [$"Day {i} of the week of measuring was fine."] } }, ct: ct);
            await timer.WaitForNextTickAsync(ct);
        }

        Assert.InRange(worker.MemoryBytes!.Value, 1 << 20, 1L << 40);
        tab.AssertQuiet();
    }

    private static string Rate(double perSecond) => perSecond == 0
        ? "–" : perSecond.ToString(perSecond < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture) + "/s";

    private static string Size(long? bytes) => bytes switch
    {
        null => "–",
        < 1 << 30 => (bytes.Value / 1048576.0).ToString("0.#", CultureInfo.InvariantCulture) + " MiB",
        _ => (bytes.Value / 1073741824.0).ToString("0.##", CultureInfo.InvariantCulture) + " GiB",
    };
}
