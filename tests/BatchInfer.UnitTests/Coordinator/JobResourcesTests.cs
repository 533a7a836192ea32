using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.SubmitJob;

namespace BatchInfer.UnitTests.Coordinator;

/// <summary>What the API shows of a job's row.</summary>
public sealed class JobResourcesTests
{
    [Fact]
    public void A_job_that_ended_before_it_was_marked_as_started_has_a_rate()
    {
        var created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var job = new Job
        {
            Id = Guid.Empty, Status = JobStatus.Completed, Model = "m", Revision = new string('0', 64), Task = "t", Parameters = "{}", FileId = "f", TextField = "text", Metadata = "{}",
            Total = 12, Computed = 12, Tokens = 60, CreatedAt = created, StartedAt = created.AddSeconds(4), FinishedAt = created.AddSeconds(4),
        };
        var shown = JobResources.Resource(job, new Dictionary<string, int>(), new Dictionary<string, BatchInfer.Coordinator.Models.ServedRevisions>(), created.AddDays(1));
        Assert.Equal((3, 15), (shown.Throughput.RecordsPerSecond, shown.Throughput.TokensPerSecond));
    }
}
