using System.Text.Json;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Operations;

/// <summary>The logs of services apart, as JSON: what is searched by a job's id has its trace's too.</summary>
[Collection(OperatedServers.Name)]
public sealed partial class DistributedJobLogTests
{
    [Fact(Timeout = 300_000)]
    public async Task What_became_of_a_job_stands_in_its_services_logs_under_its_id_and_its_trace()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var receiver = await OtlpReceiver.StartAsync(OtlpReceiver.Grpc, ct);
        var settings = receiver.Settings;
        (settings["Logging__Console__FormatterName"], settings["Logging__Console__FormatterOptions__IncludeScopes"]) = ("json", "true");
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, settings: settings);
        await cluster.Client.ModelAsync("sentiment", ct);
        var leader = cluster.Coordinators[0];
        await leader.SawAsync(Leading(), ct);
        var other = await cluster.AddCoordinatorAsync(ct);
        await cluster.Client.ReadyAsync(ct);

        var done = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(10), "good.jsonl", new JobRequest { Model = "sentiment" }, ct);
        done = await cluster.Client.CompletedAsync(done.Id, ct);
        Assert.Equal("Information", (await SaidAsync(other, $"Submitted {done.Id}", done, ct)).GetProperty("LogLevel").GetString());
        Assert.Equal(10, State(await SaidAsync(cluster.Workers[0], $"Inferred {done.Id}", done, ct)).GetProperty("Records").GetInt32());
        // Whichever of the two counted the last shard.
        await await Task.WhenAny(cluster.Coordinators.Select(c => SaidAsync(c, $"Completed {done.Id}", done, ct)));

        // The leader stands still, so that the corpus is gone before the job is planned.
        await Signals.SendAsync(leader.Id, Signals.Stop);
        var failed = await cluster.Client.SubmitAsync(GeneratedCorpus.Jsonl(10, "gone"), "gone.jsonl", new JobRequest { Model = "sentiment" }, ct);
        File.Delete(Path.Combine(cluster.FilesFolder, failed.FileId));
        await Signals.SendAsync(leader.Id, Signals.Continue);
        failed = await cluster.Client.EndedAsync(failed.Id, ct);

        Assert.Equal((JobStatus.Failed, $"The corpus {failed.FileId} is gone. Upload it again and submit a new job."), (failed.Status, failed.Message));
        var end = await SaidAsync(leader, $"Job {failed.Id} failed", failed, ct);
        Assert.Equal(("Error", failed.Message), (end.GetProperty("LogLevel").GetString(), State(end).GetProperty("Reason").GetString()));
    }

    /// <summary>Waits for a line of a job, and sees that it has its ids.</summary>
    private static async Task<JsonElement> SaidAsync(ServiceProcess service, string words, JobResource job, CancellationToken ct)
    {
        var line = JsonDocument.Parse(await service.SawAsync(new Regex(Regex.Escape(words)), ct)).RootElement;
        Assert.Equal(job.Id.ToString(), State(line).GetProperty("JobId").GetString());
        Assert.Contains(job.TraceId, line.GetProperty("Scopes").EnumerateArray()
            .Select(s => s.ValueKind == JsonValueKind.Object && s.TryGetProperty("TraceId", out var trace) ? trace.GetString() : null));
        return line;
    }

    private static JsonElement State(JsonElement line) => line.GetProperty("State");

    [GeneratedRegex("This coordinator plans and dispatches now")]
    private static partial Regex Leading();
}
