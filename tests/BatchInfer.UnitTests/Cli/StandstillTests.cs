using BatchInfer.Cli.Following;
using BatchInfer.Contracts;
using BatchInfer.UnitTests.Client;

namespace BatchInfer.UnitTests.Cli;

public sealed class StandstillTests : IAsyncLifetime
{
    private const string Trouble = "Nothing new is stored. disk (results): 0 bytes are free. Free some room.";
    private readonly JobResource _going = Sample.Job(JobStatus.Running, Sample.Counts(computed: 5));
    private readonly InstantTime _time = new();
    private FakeServer _server = null!;
    private BatchInferClient _client = null!;
    private Standstill _standstill = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.On("GET /v1/doctor", new DoctorResource("1", [new("database", "coordinator", CheckState.Passed, "answers"), new("clock", "w", CheckState.Warning, "2 s off", "Set it.")]));
        _server.On("GET /v1/doctor/results", new DoctorResource("1", [new("disk", "results", CheckState.Failed, "0 bytes are free", "Free some room.")]));
        _client = new BatchInferClient(_server.Address);
        _standstill = new Standstill(_client, _time);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_job_that_does_not_move_is_told_what_the_server_finds_wrong_with_itself()
    {
        Assert.Null(await LookAsync(_going, 0));
        Assert.Null(await LookAsync(_going, 19));
        Assert.Empty(_server.Requests);
        Assert.Equal(Trouble, await LookAsync(_going, 1));
        // Workers that predict on store nothing by that.
        Assert.Equal(Trouble, await LookAsync(_going with { Counts = _going.Counts with { Predicted = 7, PredictedTokens = 70 } }, 0));
        // Said on, and asked again only after a while.
        Assert.Equal(Trouble, await LookAsync(_going, 59));
        Assert.Equal(2, _server.Requests.Count);
        Assert.Equal(Trouble, await LookAsync(_going, 1));
        Assert.Equal(4, _server.Requests.Count);

        Assert.Null(await LookAsync(_going with { Counts = Sample.Counts(computed: 6) }, 1));
        Assert.Null(await LookAsync(_going with { Counts = Sample.Counts(computed: 6) }, 19));
    }

    [Fact]
    public async Task One_that_says_itself_what_it_waits_for_asks_nothing()
    {
        foreach (var waiting in (JobResource[])[_going with { StatusDetail = JobStatusDetail.WaitingForWorkers }, _going with { Status = JobStatus.Paused }])
        {
            Assert.Null(await LookAsync(waiting, 0));
            Assert.Null(await LookAsync(waiting, 600));
        }

        Assert.Empty(_server.Requests);
        // And its time begins when that is over.
        Assert.Null(await LookAsync(_going, 19));
    }

    private async Task<string?> LookAsync(JobResource job, int secondsLater)
    {
        if (secondsLater > 0) await Task.Delay(TimeSpan.FromSeconds(secondsLater), _time, Ct);
        return await _standstill.LookAsync(job, Ct);
    }
}
