using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.SubmitJob;
using BatchInfer.Coordinator.TrackProgress;

namespace BatchInfer.UnitTests.Coordinator;

/// <summary>What the API shows of a job's row.</summary>
public sealed class JobResourcesTests
{
    private static readonly DateTimeOffset Started = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_job_that_ended_before_it_was_marked_as_started_has_a_rate()
    {
        var created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var job = new Job
        {
            Id = Guid.Empty, Status = JobStatus.Completed, Model = "m", Revision = new string('0', 64), Task = "t", Parameters = "{}", FileId = "f", TextField = "text", Metadata = "{}",
            Total = 12, Computed = 12, Tokens = 60, CreatedAt = created, StartedAt = created.AddSeconds(4), FinishedAt = created.AddSeconds(4),
        };
        var shown = Show(job, PredictedSoFar.Nothing, created.AddDays(1));
        Assert.Equal((3, 15), (shown.Throughput.RecordsPerSecond, shown.Throughput.TokensPerSecond));
    }

    [Fact]
    public void What_is_predicted_and_not_stored_yet_moves_rate_and_time_left_and_leaves_the_other_counts()
    {
        var shown = Show(Running(stored: 0), new PredictedSoFar(20, 300, Started.AddSeconds(10)), Started.AddSeconds(10));
        Assert.Equal((0, 0, 20, 300), (shown.Counts.Computed, shown.Counts.Tokens, shown.Counts.Predicted, shown.Counts.PredictedTokens));
        Assert.Equal(new JobThroughput(2, 30, 40), shown.Throughput);

        shown = Show(Running(stored: 30), new PredictedSoFar(20, 300, Started.AddSeconds(10)), Started.AddSeconds(10));
        Assert.Equal((30, 20), (shown.Counts.Computed, shown.Counts.Predicted));
        Assert.Equal(new JobThroughput(5, 75, 10), shown.Throughput);
    }

    [Fact]
    public void Between_two_heartbeats_the_rate_stays_and_the_time_left_falls()
    {
        var predicted = new PredictedSoFar(20, 300, Started.AddSeconds(10));
        Assert.Equal(new JobThroughput(2, 30, 36), Show(Running(stored: 0), predicted, Started.AddSeconds(14)).Throughput);
        // Half of it is stored, and of that nothing newer would have to be heard.
        Assert.Equal(new JobThroughput(3.33, 50, 16), Show(Running(stored: 20), predicted, Started.AddSeconds(14)).Throughput);
        // From a worker that has been silent for long nothing is expected any more, and the job has slowed down.
        Assert.Equal(new JobThroughput(0.2, 3, 390), Show(Running(stored: 0), predicted, Started.AddSeconds(110)).Throughput);
        // One heartbeat right after the start is no reason for a rate beyond all bounds.
        Assert.Equal(new JobThroughput(40, 600, 1.5), Show(Running(stored: 0), predicted with { At = Started.AddSeconds(-1) }, Started.AddSeconds(1)).Throughput);
    }

    private static Job Running(long stored) => new()
    {
        Id = Guid.Empty, Status = JobStatus.Running, Model = "m", Revision = new string('0', 64), Task = "t", Parameters = "{}", FileId = "f", TextField = "text", Metadata = "{}",
        Total = 100, Computed = stored, Tokens = stored * 15, CreatedAt = Started, StartedAt = Started,
    };

    private static JobResource Show(Job job, PredictedSoFar predicted, DateTimeOffset now) =>
        JobResources.Resource(job, predicted, new Dictionary<string, int>(), new Dictionary<string, BatchInfer.Coordinator.Models.ServedRevisions>(), now);
}
