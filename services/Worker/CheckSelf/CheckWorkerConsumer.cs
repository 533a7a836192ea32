using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker.Announce;
using BatchInfer.Worker.LoadModel;
using MassTransit;

namespace BatchInfer.Worker.CheckSelf;

/// <summary>Tells the coordinator whether this worker could work: corpora, models, disk, clock.</summary>
internal sealed class CheckWorkerConsumer(WorkerIdentity identity, ServedModels models, CorpusSource corpora, IHttpClientFactory clients, InputTrial trial, TimeProvider time)
    : IConsumer<CheckWorker>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task Consume(ConsumeContext<CheckWorker> context)
    {
        var (asked, now) = (context.Message, time.GetUtcNow());
        // Side by side: the coordinator waits for the slower of both.
        var input = asked.Input is { } address ? trial.RunAsync(address, context.CancellationToken) : Task.FromResult<InputTried?>(null);
        await context.RespondAsync(new WorkerChecked(
            asked.Id, identity.Id, Installation.Version, now, await ReadAsync(asked.Corpus, context.CancellationToken), models.Problems(),
            Installation.FreeBytes(Path.GetTempPath()), await input));
    }

    private async Task<string?> ReadAsync(Uri corpus, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(Patience);
        try
        {
            if (corpus.IsFile)
            {
                await using var range = await corpora.OpenAsync(corpus, 0, 1, timeout.Token);
                await range.ReadExactlyAsync(new byte[1], timeout.Token);
                return null;
            }

            using var client = clients.CreateClient(nameof(CorpusSource));
            using var answer = await client.GetAsync(corpus, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            return answer.IsSuccessStatusCode ? null : $"{corpus.GetLeftPart(UriPartial.Path)} answers {(int)answer.StatusCode}";
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is IOException or UnauthorizedAccessException or HttpRequestException or OperationCanceledException or NotSupportedException)
        {
            return e is OperationCanceledException ? $"{corpus.GetLeftPart(UriPartial.Path)} does not answer within 5 s" : e.Message;
        }
    }
}
