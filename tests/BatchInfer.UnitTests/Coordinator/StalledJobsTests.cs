using BatchInfer.Contracts;
using BatchInfer.Coordinator;
using BatchInfer.Coordinator.Observe;

namespace BatchInfer.UnitTests.Coordinator;

/// <summary>Jobs that stand still, and those that only seem to.</summary>
public sealed class StalledJobsTests
{
    private static readonly Dictionary<string, int> OneWorker = new() { ["r"] = 1 };
    private static readonly Dictionary<string, int> Nobody = [];
    private static readonly CoordinatorOptions Options = new() { ParallelPlans = 2, WindowPerWorker = 2 };
    private readonly Clock _clock = new();
    private readonly StalledJobs _stalled;

    public StalledJobsTests() => _stalled = new StalledJobs(Options, _clock);

    [Fact]
    public void A_job_that_stands_still_shows_among_others_that_go_on()
    {
        var (hung, going) = (Job(JobStatus.Running, persisted: 3, inFlight: 1), Job(JobStatus.Running, persisted: 0, inFlight: 1));
        Assert.Empty(_stalled.Look([hung, going], OneWorker));
        for (int minute = 1; minute < 10; minute++)
        {
            _clock.Minutes(1);
            going = going with { Persisted = minute };
            Assert.Empty(_stalled.Look([hung, going], OneWorker));
        }

        _clock.Minutes(1);
        going = going with { Persisted = 10 };
        Assert.Equal([hung], _stalled.Look([hung, going], OneWorker));
        // One shard more, and its time begins anew.
        Assert.Empty(_stalled.Look([hung with { Persisted = 4 }, going], OneWorker));
    }

    [Theory]
    [InlineData(JobStatus.Planning)]
    [InlineData(JobStatus.Cancelling)]
    [InlineData(JobStatus.Finalizing)]
    public void What_needs_no_worker_stands_still_without_one_too(JobStatus status)
    {
        var job = Job(status);
        Assert.Equal([job], After(job, Nobody));
    }

    [Fact]
    public void What_is_held_does_not_stand_still()
    {
        Assert.Empty(After(Job(JobStatus.Paused), OneWorker));
        Assert.Empty(After(Job(JobStatus.Running, inFlight: 1), Nobody));
        // Its model's window is full of another's shards, which are stored one by one.
        var other = Job(JobStatus.Running, persisted: 1, inFlight: 2);
        Assert.Empty(After(Job(JobStatus.Running), OneWorker, other, other with { Persisted = 2 }));
        // With room, it is the dispatch that does not come.
        other = other with { InFlight = 1 };
        Assert.Single(After(Job(JobStatus.Running), OneWorker, other, other with { Persisted = 2 }));
    }

    [Fact]
    public void A_plan_waits_for_its_turn_behind_weightier_ones_and_no_longer_once_it_began()
    {
        OpenJob[] first = [Job(JobStatus.Planning, shards: 1) with { Priority = 5 }, Job(JobStatus.Planning, shards: 1) with { Priority = 5 }];
        OpenJob[] later = [first[0] with { Shards = 2 }, first[1] with { Shards = 2 }];
        var waiting = Job(JobStatus.Planning, shards: 0);
        _stalled.Look([.. first, waiting], OneWorker);
        _clock.Minutes(10);
        Assert.Empty(_stalled.Look([.. later, waiting], OneWorker));
        var begun = waiting with { Shards = 7 };
        _stalled.Look([.. first, begun], OneWorker);
        _clock.Minutes(10);
        Assert.Equal([begun], _stalled.Look([.. later, begun], OneWorker));
    }

    [Fact]
    public void The_time_that_a_job_was_held_does_not_count()
    {
        var job = Job(JobStatus.Running, inFlight: 1);
        _stalled.Look([job], OneWorker);
        _clock.Minutes(60);
        _stalled.Look([job], Nobody);
        _clock.Minutes(60);
        Assert.Empty(_stalled.Look([job], OneWorker));
        _clock.Minutes(10);
        Assert.Equal([job], _stalled.Look([job], OneWorker));
    }

    private static OpenJob Job(JobStatus status, int shards = 9, int persisted = 0, int inFlight = 0) =>
        new(Guid.CreateVersion7(), "m", "r", status, 1, shards, persisted, inFlight);

    private IReadOnlyList<OpenJob> After(OpenJob job, Dictionary<string, int> workers, OpenJob? other = null, OpenJob? later = null)
    {
        _stalled.Look(other is null ? [job] : [job, other], workers);
        _clock.Minutes(10);
        return _stalled.Look(later is null ? [job] : [job, later], workers);
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Minutes(int minutes) => _ticks += TimeSpan.FromMinutes(minutes).Ticks;
    }
}
