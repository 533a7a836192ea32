using BatchInfer.Contracts;
using BatchInfer.Coordinator;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Doctor;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.Models;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchInfer.UnitTests.Doctor;

/// <summary>What the coordinator's examination says of servers that are away and of workers that are not as they should be.</summary>
public sealed class ExaminationTests : IAsyncLifetime
{
    private const string Worker = "worker-7";
    private readonly TemporaryFolder _folder = new();
    private readonly IOptions<CoordinatorOptions> _options = Options.Create(new CoordinatorOptions());
    private CoordinatorDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = new DbContextOptionsBuilder<SqliteCoordinatorContext>();
        SqliteCoordinatorContext.Configure(options, $"Data Source={_folder["coordinator.db"]};Default Timeout=30");
        _database = new CoordinatorDatabase(() => new SqliteCoordinatorContext(options.Options), null, NullLogger<CoordinatorDatabase>.Instance);
        await _database.StartAsync(Ct);
        await _database.Ready.WaitAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.StopAsync(CancellationToken.None);
        _database.Dispose();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_database_that_is_away_is_named_without_its_password()
    {
        var options = new DbContextOptionsBuilder<PostgresCoordinatorContext>();
        PostgresCoordinatorContext.Configure(options, $"Host=127.0.0.1;Port={Loopback.FreePort()};Database=b;Username=b;Password=not-to-be-told");
        using var away = new CoordinatorDatabase(() => new PostgresCoordinatorContext(options.Options), null, NullLogger<CoordinatorDatabase>.Instance);
        var bus = await StartBusAsync(_ => null);

        var checks = await ExamineAsync(away, bus);
        var database = Assert.Single(checks, c => c.State == CheckState.Failed);
        Assert.Equal(("database", "coordinator"), (database.Name, database.Where));
        Assert.Contains("Database__ConnectionString", database.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain("not-to-be-told", database.Detail, StringComparison.Ordinal);
        // What can be known without it is said all the same.
        Assert.Equal(["broker", "database", "disk"], checks.Select(c => c.Name).Order());
        await bus.StopAsync(Ct);
    }

    [Fact]
    public async Task A_broker_that_is_away_is_named_and_no_worker_is_accused()
    {
        await HearOfAsync(Worker);
        var bus = await StartBusAsync(_ => null);
        await bus.StopAsync(Ct);

        var checks = await ExamineAsync(_database, bus);
        var broker = Assert.Single(checks, c => c.State == CheckState.Failed);
        Assert.Equal(("broker", "coordinator"), (broker.Name, broker.Where));
        Assert.Contains("Bus__Uri", broker.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain(checks, c => c.Name == "workers");
    }

    [Fact]
    public async Task Without_workers_that_is_the_finding_and_so_are_models_that_were_never_announced()
    {
        var bus = await StartBusAsync(_ => null);
        var failed = (await ExamineAsync(_database, bus)).Where(c => c.State == CheckState.Failed).ToList();
        Assert.Equal(["models", "workers"], failed.Select(c => c.Name).Order());
        Assert.All(failed, c => Assert.Contains("Models", c.Advice, StringComparison.OrdinalIgnoreCase));
        await bus.StopAsync(Ct);
    }

    [Fact]
    public async Task A_worker_that_was_heard_of_and_does_not_answer_is_named()
    {
        await HearOfAsync(Worker);
        var bus = await StartBusAsync(_ => null);
        var silent = Assert.Single(await ExamineAsync(_database, bus, TimeSpan.FromMilliseconds(1)), c => c.Name == "workers");
        Assert.Equal((Worker, CheckState.Failed), (silent.Where, silent.State));
        Assert.Contains("does not answer", silent.Detail, StringComparison.Ordinal);
        Assert.NotNull(silent.Advice);
        await bus.StopAsync(Ct);
    }

    [Fact]
    public async Task A_worker_as_it_should_be_passes()
    {
        var checks = await AnsweredAsync(well => well);
        Assert.Equal(["clock", "corpora", "disk", "workers"], checks.Select(c => c.Name).Order());
        Assert.All(checks, c => Assert.Equal((CheckState.Passed, (string?)null), (c.State, c.Advice)));
    }

    [Fact]
    public async Task A_worker_of_another_version_is_to_look_at()
    {
        var check = Assert.Single(await AnsweredAsync(well => well with { Version = "0.0.9" }), c => c.State != CheckState.Passed);
        Assert.Equal(("workers", CheckState.Warning, $"has version 0.0.9, the coordinator {Installation.Version}"), (check.Name, check.State, check.Detail));
    }

    [Fact]
    public async Task A_worker_whose_disk_is_full_and_whose_clock_is_off_is_told_both()
    {
        var checks = (await AnsweredAsync(well => well with { FreeBytes = 1 << 20, At = well.At.AddHours(1) })).Where(c => c.State != CheckState.Passed);
        Assert.Equal([("clock", CheckState.Warning), ("disk", CheckState.Failed)], checks.Select(c => (c.Name, c.State)).Order());
    }

    [Fact]
    public async Task A_worker_that_cannot_read_corpora_or_a_model_is_told_which()
    {
        var checks = (await AnsweredAsync(well => well with
        {
            CorpusProblem = "Permission denied", ModelProblems = new Dictionary<string, string> { ["sentiment"] = "config.json is gone" },
        })).Where(c => c.State == CheckState.Failed);
        Assert.Equal([("corpora", "Permission denied"), ("models", "sentiment: config.json is gone")], checks.Select(c => (c.Name, c.Detail)).Order());
    }

    [Fact]
    public async Task Each_process_says_whether_it_can_read_the_corpus_named()
    {
        await HearOfAsync(Worker);
        await HearOfAsync("worker-8");
        string file = CorpusFile("here.jsonl", "{}\n"u8.ToArray());
        var bus = await StartBusAsync(asked => Well(asked) with { Input = new InputTried(false, $"There is no file {asked.Input!.LocalPath} here.", "Mount it.") }, "worker-8", asked => Well(asked) with { Worker = "worker-8" });

        var tried = (await ExamineAsync(_database, bus, input: new Uri(new Uri(file).AbsoluteUri))).Where(c => c.Name == "input").ToList();
        Assert.Equal(
            [("coordinator", CheckState.Passed, $"{file} can be read: 3 bytes"), (Worker, CheckState.Failed, $"There is no file {file} here."),
                ("worker-8", CheckState.Warning, $"was not tried: version {Installation.Version} does not know how")],
            tried.Select(c => (c.Where, c.State, c.Detail)).Order());
        await bus.StopAsync(Ct);
    }

    [Theory]
    [InlineData("file:///etc/hostname")]
    [InlineData("s3://not-allowed/tickets.jsonl")]
    [InlineData("https://data.example.org/tickets.jsonl?signature=not-to-be-told")]
    public async Task What_a_job_may_not_read_is_sent_to_no_worker(string address)
    {
        await HearOfAsync(Worker);
        var sent = new List<Uri?>();
        var bus = await StartBusAsync(asked =>
        {
            sent.Add(asked.Input);
            return Well(asked);
        });

        var checks = await ExamineAsync(_database, bus, input: new Uri(address));
        var refused = Assert.Single(checks, c => c.Name == "input");
        Assert.Equal(("coordinator", CheckState.Failed), (refused.Where, refused.State));
        Assert.NotNull(refused.Advice);
        Assert.DoesNotContain("not-to-be-told", refused.Detail + refused.Advice, StringComparison.Ordinal);
        Assert.Null(Assert.Single(sent));
        await bus.StopAsync(Ct);
    }

    private static WorkerChecked Well(CheckWorker asked) =>
        new(asked.Id, Worker, Installation.Version, DateTimeOffset.UtcNow, null, new Dictionary<string, string>(), 1L << 40);

    /// <summary>A file in the coordinator's folder of corpora.</summary>
    private string CorpusFile(string name, byte[] bytes)
    {
        Directory.CreateDirectory(_folder["files"]);
        string file = Path.Combine(Path.GetFullPath(_folder["files"]), name);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    /// <summary>What is said of one worker that answers.</summary>
    private async Task<IReadOnlyList<CheckResource>> AnsweredAsync(Func<WorkerChecked, WorkerChecked> answer)
    {
        await HearOfAsync(Worker);
        var bus = await StartBusAsync(asked => answer(Well(asked)));
        var checks = await ExamineAsync(_database, bus);
        await bus.StopAsync(Ct);
        return [.. checks.Where(c => c.Where == Worker)];
    }

    private async Task<IReadOnlyList<CheckResource>> ExamineAsync(CoordinatorDatabase database, IBusControl bus, TimeSpan? patience = null, Uri? input = null)
    {
        var files = new FileStore(database, Options.Create(new FilesOptions { Folder = _folder["files"], SharedWithWorkers = true }), TimeProvider.System);
        // Who answers may take its time.
        var rounds = new WorkerRounds(bus, files, TimeProvider.System) { Patience = patience ?? TimeSpan.FromMinutes(1) };
        using var objects = new ObjectStorage(new ObjectStorageOptions(), TimeProvider.System);
        using var examination = new Examination(database, bus, Options.Create(new BusOptions { Transport = BusTransport.InMemory }), files, new LiveWorkers(_options), rounds, objects, _options, TimeProvider.System);
        return await examination.RunAsync(input, Ct);
    }

    /// <summary>As if its heartbeat had just come.</summary>
    private async Task HearOfAsync(string worker)
    {
        await using var context = await _database.OpenAsync(Ct);
        context.Workers.Add(new KnownWorker { Worker = worker, Revision = "r", Host = "host", SeenTick = await context.TickAsync(Ct) });
        await context.SaveChangesAsync(Ct);
    }

    /// <summary>A bus with a worker that answers, or is silent where the answer is null.</summary>
    private static async Task<IBusControl> StartBusAsync(
        Func<CheckWorker, WorkerChecked?> answer, string? second = null, Func<CheckWorker, WorkerChecked?>? secondAnswer = null)
    {
        var bus = Bus.Factory.CreateUsingInMemory(host =>
        {
            Listen(host, Worker, answer);
            if (second is not null) Listen(host, second, secondAnswer!);
        });
        await bus.StartAsync(Ct);
        return bus;
    }

    private static void Listen(IInMemoryBusFactoryConfigurator host, string queue, Func<CheckWorker, WorkerChecked?> answer) =>
        host.ReceiveEndpoint(queue, endpoint => endpoint.Handler<CheckWorker>(
            context => answer(context.Message) is { } said ? context.RespondAsync(said) : Task.CompletedTask));
}
