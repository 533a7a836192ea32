using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker.Announce;
using BatchInfer.Worker.LoadModel;
using MassTransit;

namespace BatchInfer.Worker.CheckSelf;

/// <summary>Tells the coordinator whether this worker could work: corpora, models, disk, clock.</summary>
internal sealed class CheckWorkerConsumer(WorkerIdentity identity, ServedModels models, IHttpClientFactory clients, InputTrial trial, TimeProvider time)
    : IConsumer<CheckWorker>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task Consume(ConsumeContext<CheckWorker> context)
    {
        var (asked, now) = (context.Message, time.GetUtcNow());
        // Side by side: the coordinator waits for the slower of both.
        var input = asked.Input is { } address ? TryAsync(address, context.CancellationToken) : Task.FromResult<InputTried?>(null);
        string? problem = await (asked.Corpus.IsFile ? ReadFileAsync(asked.Corpus, context.CancellationToken) : ReadAsync(asked.Corpus, context.CancellationToken));
        await context.RespondAsync(new WorkerChecked(
            asked.Id, identity.Id, Installation.Version, now, problem, models.Problems(), Installation.FreeBytes(Path.GetTempPath()), await input));
    }

    private async Task<InputTried?> TryAsync(Uri input, CancellationToken ct) => await trial.RunAsync(input, ct);

    // As an input is tried: the folder may be a mount that hangs.
    private async Task<string?> ReadFileAsync(Uri corpus, CancellationToken ct) => await trial.RunAsync(corpus, ct) is { IsReadable: false } tried ? tried.Found : null;

    private async Task<string?> ReadAsync(Uri corpus, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(Patience);
        try
        {
            using var client = clients.CreateClient(nameof(CorpusSource));
            using var answer = await client.GetAsync(corpus, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            return answer.IsSuccessStatusCode ? null : $"{corpus.GetLeftPart(UriPartial.Path)} answers {(int)answer.StatusCode}";
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is IOException or HttpRequestException or OperationCanceledException or NotSupportedException)
        {
            return e is OperationCanceledException ? $"{corpus.GetLeftPart(UriPartial.Path)} does not answer within 5 s" : e.Message;
        }
    }
}
