using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.Models;
using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>
/// Says what a job would do and take before it is submitted: the job's own keys over the whole corpus, the stored ones
/// subtracted. Memory stays flat however large the corpus is.
/// </summary>
internal sealed class JobEstimator(
    CoordinatorDatabase database, FileStore files, Corpora corpora, LiveWorkers live, KnownKeysClient knownKeys, TokenCounts tokenCounts, IOptions<CoordinatorOptions> options) : IDisposable
{
    /// <summary>Keys asked for in one message: as many as a shard has at most.</summary>
    private const int Batch = 4096;

    private readonly SemaphoreSlim _running = new(options.Value.ParallelDryRuns);

    /// <summary>Estimates a checked job.</summary>
    public async Task<JobPlan> EstimateAsync(Job job, CancellationToken ct)
    {
        await _running.WaitAsync(ct);
        try
        {
            // Parsing and hashing is CPU work between short reads: off the request's thread.
            return await Task.Run(() => EstimateOneAsync(job, ct), ct);
        }
        finally
        {
            _running.Release();
        }
    }

    public void Dispose() => _running.Dispose();

    private async Task<JobPlan> EstimateOneAsync(Job job, CancellationToken ct)
    {
        using var survey = new CorpusSurvey(files.OpenScratch);
        await using (var corpus = await corpora.OpenReadAsync(job.FileId, ct)) await survey.ReadAsync(job, corpus, ct);
        // A chat template is the model's: its prompts, and so their keys, are known to workers only.
        bool keysAreKnown = job.PromptSpec is not { Chat: true };
        var unknownSample = new List<SampledInput>();
        var totals = await SubtractKnownAsync(survey, keysAreKnown, unknownSample, ct);
        long toCompute = totals.Distinct - totals.Known;

        await using var context = await database.OpenAsync(ct);
        int workers = (await live.CountAsync(context, ct)).GetValueOrDefault(job.Revision);
        var (pace, tokensPerRecord) = await EarlierShards.MeasureAsync(context, job, ct);
        var (tokens, source) = toCompute == 0 ? (0, TokenSource.Counted) : await CountTokensAsync(job, survey.Sample, totals, unknownSample, workers, ct);
        if (tokens is null && pace is not null) (tokens, source) = ((long)Math.Round(tokensPerRecord * toCompute), TokenSource.EarlierJobs);

        double? workerSeconds = toCompute == 0 ? 0
            : pace is null ? null
            : tokens is { } known && pace.TokensPerWorkerSecond > 0 && !TaskCatalog.WritesText(job.Task) ? known / pace.TokensPerWorkerSecond
            : toCompute / pace.RecordsPerWorkerSecond;
        double? seconds = workerSeconds is 0 ? 0 : workers > 0 ? workerSeconds / workers : null;
        return new JobPlan(
            job.Model, job.Revision, job.Task, JsonNode.Parse(job.Parameters)!.AsObject(), job.FileId,
            survey.Records, survey.Malformed, totals.Distinct, keysAreKnown ? totals.Known : null, toCompute,
            tokens, tokens is null ? null : source, pace, workerSeconds is { } all ? Math.Round(all / 3600, 6) : null,
            seconds is { } span ? Math.Round(span, 2) : null, workers,
            [.. PlanNotes.OfRecords(survey.Malformed, survey.FirstMalformed), .. PlanNotes.Of(job, toCompute, keysAreKnown, tokens is not null, pace is not null, workers)]);
    }

    private async Task<KeyedTotals> SubtractKnownAsync(CorpusSurvey survey, bool ask, List<SampledInput> unknownSample, CancellationToken ct)
    {
        long distinct = 0, known = 0, sampleBytes = 0, unknownBytes = 0;
        var keys = new List<Guid>(Batch);
        var sizes = new List<int>(Batch);
        foreach (var key in survey.Keys.Enumerate())
        {
            keys.Add(key.Key);
            sizes.Add(key.Bytes);
            if (keys.Count == Batch) await CountAsync();
        }

        await CountAsync();
        return new KeyedTotals(distinct, known, unknownBytes, sampleBytes);

        async Task CountAsync()
        {
            ct.ThrowIfCancellationRequested();
            byte[] stored = ask ? await knownKeys.FindAsync(keys, ct) : KeyBits.Empty(keys.Count);
            for (int i = 0; i < keys.Count; i++)
            {
                bool isKnown = KeyBits.IsSet(stored, i);
                if (isKnown) known++;
                else unknownBytes += sizes[i];
                if (!survey.Sample.Inputs.TryGetValue(keys[i], out var input)) continue;
                sampleBytes += sizes[i];
                if (!isKnown) unknownSample.Add(input);
            }

            distinct += keys.Count;
            keys.Clear();
            sizes.Clear();
        }
    }

    private async Task<(long? Tokens, TokenSource Source)> CountTokensAsync(
        Job job, InputSample sample, KeyedTotals totals, List<SampledInput> unknownSample, int workers, CancellationToken ct)
    {
        // Without a worker there may be no queue either, and nobody to wait for.
        if (workers == 0) return (null, default);
        long toCompute = totals.Distinct - totals.Known;
        bool generates = TaskCatalog.WritesText(job.Task) || job.PromptSpec is not null;
        if (unknownSample.Count == toCompute && sample.IsWhole && !generates) return (await tokenCounts.AskAsync(job, unknownSample, ct), TokenSource.Counted);
        // All of the sample, the stored ones too: of the others there may be too few to tell.
        return totals.SampleBytes > 0 && await tokenCounts.AskAsync(job, [.. sample.Inputs.Values], ct) is { } tokens
            ? ((long)Math.Round((double)tokens / totals.SampleBytes * totals.UnknownBytes), TokenSource.Sample)
            : (null, default);
    }
}
