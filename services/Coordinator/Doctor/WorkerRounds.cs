using System.Threading.Channels;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Files;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using MassTransit;

namespace BatchInfer.Coordinator.Doctor;

/// <summary>Asks every worker at once whether it can work, and waits for those that are known to live.</summary>
internal sealed class WorkerRounds(IBusControl bus, FileStore files, TimeProvider time)
{
    /// <summary>How long a worker may take to answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How the try of one process went.</summary>
    public static CheckResource Judge(string where, InputTried tried) =>
        new("input", where, tried.IsReadable ? CheckState.Passed : CheckState.Failed, tried.Found, tried.Advice);

    /// <param name="workers">Those that are known to live.</param>
    /// <param name="input">A corpus that each shall try to read; null for none.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<IReadOnlyList<CheckResource>> AskAsync(IReadOnlyCollection<string> workers, Uri? input, CancellationToken ct)
    {
        if (workers.Count == 0)
            return [new CheckResource("workers", "coordinator", CheckState.Failed, "no worker was heard of lately", "Start workers; they need Bus__Uri and a models folder, and their log says what keeps them.")];
        var (id, asked) = (Guid.NewGuid(), time.GetUtcNow());
        // As many as answer: none is known whose number could not be held.
        var answers = Channel.CreateUnbounded<(WorkerChecked Answer, DateTimeOffset At)>();
        var handle = bus.ConnectHandler<WorkerChecked>(context =>
        {
            if (context.Message.Id == id) answers.Writer.TryWrite((context.Message, time.GetUtcNow()));
            return Task.CompletedTask;
        });
        using var probe = files.OpenProbe();
        var (checks, silent) = (new List<CheckResource>(), workers.ToHashSet(StringComparer.Ordinal));
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
            timeout.CancelAfter(input is null ? Patience : Patience + CorpusTrial.Patience);
            await bus.Publish(new CheckWorker(id, probe.Address, input), context => context.ResponseAddress = bus.Address, timeout.Token);
            while (silent.Count > 0)
            {
                var (answer, at) = await answers.Reader.ReadAsync(timeout.Token);
                silent.Remove(answer.Worker);
                checks.AddRange(Judge(answer, input is not null, asked, at));
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Those who are silent until now are.
        }
        finally
        {
            handle.Disconnect();
        }

        checks.AddRange(silent.Select(worker => new CheckResource(
            "workers", worker, CheckState.Failed, "does not answer, though it was heard of lately", "Look at its log; one that hangs is restarted by whoever runs it.")));
        return checks;
    }

    private static IEnumerable<CheckResource> Judge(WorkerChecked answer, bool tries, DateTimeOffset asked, DateTimeOffset at)
    {
        yield return answer.Version == Installation.Version
            ? new CheckResource("workers", answer.Worker, CheckState.Passed, $"answers, version {answer.Version}")
            : new CheckResource("workers", answer.Worker, CheckState.Warning, $"has version {answer.Version}, the coordinator {Installation.Version}", "Bring both to one version.");
        yield return answer.CorpusProblem is { } problem
            ? new CheckResource("corpora", answer.Worker, CheckState.Failed, problem, "The worker must reach the coordinator at Files__PublicUrl, or see its folder and name it in Corpora__Roots.")
            : new CheckResource("corpora", answer.Worker, CheckState.Passed, "can be read");
        if (answer.Input is { } tried) yield return Judge(answer.Worker, tried);
        else if (tries) yield return new CheckResource("input", answer.Worker, CheckState.Warning, $"was not tried: version {answer.Version} does not know how", "Bring the worker to the coordinator's version.");
        foreach (var (model, trouble) in answer.ModelProblems)
            yield return new CheckResource("models", answer.Worker, CheckState.Failed, $"{model}: {trouble}", "Make the model's files readable for the worker, or put them there again.");
        yield return Installation.Disk(answer.Worker, answer.FreeBytes, "caches");
        yield return Installation.Clock(answer.Worker, answer.At, asked, at);
    }
}
