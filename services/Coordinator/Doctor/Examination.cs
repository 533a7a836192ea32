using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.Models;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Doctor;

/// <summary>The coordinator's checks, one after the other. Each says what it found even where those before it failed.</summary>
internal sealed class Examination(
    CoordinatorDatabase database, IBusControl bus, IOptions<BusOptions> connection, FileStore files, LiveWorkers live, WorkerRounds rounds, ObjectStorage objects,
    IOptions<CoordinatorOptions> options, TimeProvider time)
    : IDisposable
{
    private const string Here = "coordinator";

    // Every worker is asked something: those who look at once take turns.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CorpusTrial _trial = new(objects, [files.Folder], "Files__Folder");
    private Task<CheckResource>? _corpora;

    /// <param name="input">A corpus that everyone tries to read; null for none.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<IReadOnlyList<CheckResource>> RunAsync(Uri? input, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            var checks = new List<CheckResource>(await database.InspectAsync(Here, time, ct));
            var broker = await BrokerCheck.LookAsync(bus, connection.Value, Here, ct);
            checks.Add(broker);
            checks.Add(await CorporaAsync(ct));
            if (_corpora is { IsCompleted: false }) return checks; // Whatever is asked next would hang there too.
            if (input is not null && await TryAsync(input, checks, ct)) input = null;
            if (checks.Exists(c => c.Name is "database" or "schema" or "broker" && c.State == CheckState.Failed)) return checks;
            await using var context = await database.OpenAsync(ct);
            long since = await context.TickAsync(ct) - options.Value.WorkerTimeoutSeconds;
            var workers = await context.Workers.AsNoTracking().Where(w => w.SeenTick >= since).Select(w => w.Worker).Distinct().ToListAsync(ct);
            checks.AddRange(await rounds.AskAsync(workers, input, ct));
            checks.AddRange(await ModelsAsync(context, ct));
            return checks;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Whether it is refused: what a job may not name is sent to no worker.</summary>
    private async Task<bool> TryAsync(Uri input, List<CheckResource> checks, CancellationToken ct)
    {
        var tried = await _trial.RunAsync(input, ct);
        checks.Add(WorkerRounds.Judge(Here, tried.IsRefused ? tried with { Found = tried.Found + " No worker was asked." } : tried));
        return tried.IsRefused;
    }

    private async Task<CheckResource> CorporaAsync(CancellationToken ct)
    {
        try
        {
            // Nothing ends a call into a mount that hangs.
            if (_corpora is not { IsCompleted: false }) _corpora = Task.Factory.StartNew(Corpora, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return await _corpora.WaitAsync(CorpusTrial.Patience, ct);
        }
        catch (TimeoutException)
        {
            return new CheckResource("disk", Here, CheckState.Failed, $"{files.Folder} does not answer", "See whether the folder of Files__Folder answers on this machine; a mount whose server is gone hangs like this.");
        }
    }

    private CheckResource Corpora()
    {
        try
        {
            using (files.OpenScratch())
            {
            }

            return Installation.Disk(Here, Installation.FreeBytes(files.Folder), $"corpora in {files.Folder}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CheckResource("disk", Here, CheckState.Failed, e.Message, "Make the folder of Files__Folder writable for the coordinator.");
        }
    }

    private async Task<List<CheckResource>> ModelsAsync(CoordinatorContext context, CancellationToken ct)
    {
        var alive = await live.CountAsync(context, ct);
        var models = await context.Models.AsNoTracking().OrderBy(m => m.Name).Select(m => new { m.Name, m.Revision }).ToListAsync(ct);
        var waiting = (await context.Jobs.AsNoTracking().Where(j => j.FinishedAt == null).Select(j => j.Revision).Distinct().ToListAsync(ct)).ToHashSet(StringComparer.Ordinal);
        if (models.Count == 0) return [new CheckResource("models", Here, CheckState.Failed, "no model was ever announced", "Start a worker whose Models__Folder holds a model.")];
        return models.ConvertAll(m =>
        {
            int workers = alive.GetValueOrDefault(m.Revision);
            string detail = $"{m.Name}: {workers} workers, queue {QueueNames.Infer(m.Revision)}";
            if (workers > 0) return new CheckResource("models", Here, CheckState.Passed, detail);
            return waiting.Contains(m.Revision)
                ? new CheckResource("models", Here, CheckState.Failed, detail + ", and jobs wait for it", "Start a worker whose models folder holds it, or let one be started: see docs/operations.md.")
                : new CheckResource("models", Here, CheckState.Warning, detail, "Nothing waits for it now; a job on it would.");
        });
    }
}
