using System.Runtime.CompilerServices;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.CompareRevisions;

/// <summary>Compares what two revisions answered to the same inputs, from the store alone: nothing is computed.</summary>
internal sealed class RevisionDiff(IPredictionStore store)
{
    // A page of each side is in memory.
    private const int InputsAtOnce = 500;

    public async Task<DiffResource> RunAsync(DiffRequest request, CancellationToken ct)
    {
        var predictors = await store.ListPredictorsAsync(ct);
        var twins = new TwinKeys(predictors);
        var comparer = new PredictionComparer(request.Worst);
        long inputs = 0, covered = 0, onlyNew = 0, looked = 0;
        bool complete = true;
        var source = request.JobId is { } job ? JobInputsAsync(job, ct) : SharedInputsAsync(request, predictors, ct);
        await foreach (var page in source.Chunk(InputsAtOnce).WithCancellation(ct))
        {
            var asked = page.Where(p => request.Task is null || p.Predictor.Task == request.Task)
                .Select(p => (Old: twins.Of(p, request.Old.Revision), New: twins.Of(p, request.New.Revision))).ToList();
            var found = await store.FindAsync(asked.SelectMany(a => new[] { a.Old, a.New }).ToHashSet(), ct);
            foreach (var (oldKey, newKey) in asked)
            {
                if (looked == request.Limit)
                {
                    complete = false;
                    break;
                }

                looked++;
                var (before, after) = (found.GetValueOrDefault(oldKey), found.GetValueOrDefault(newKey));
                if (before is null)
                {
                    if (after is not null) onlyNew++;
                    continue;
                }

                inputs++;
                if (after is null) continue;
                covered++;
                comparer.Add(Line(looked - 1, oldKey, before), Line(looked - 1, oldKey, after));
            }

            if (!complete) break;
        }

        var report = comparer.ToReport();
        var worst = await store.FindAsync(report.Worst.Select(w => Guid.Parse(w.CustomId)).ToHashSet(), ct);
        return new DiffResource(
            Side(request.Old), Side(request.New), request.JobId, inputs, covered, onlyNew, complete, report,
            [.. report.Worst.Select(w => worst.TryGetValue(Guid.Parse(w.CustomId), out var p) ? new DiffInput(p.Input, p.InputPair) : new DiffInput("", null))]);
    }

    private static PredictionLine Line(long number, Guid oldKey, StoredPrediction prediction) => new(number, oldKey.ToString(), prediction.Output.ToElement(), null);

    private static DiffSide Side(ModelDescriptor model) => new(model.Name, model.Revision, model.SizeBytes);

    private async IAsyncEnumerable<StoredPrediction> JobInputsAsync(Guid job, [EnumeratorCancellation] CancellationToken ct)
    {
        for (long after = -1; await store.ReadLinesAsync(job, after, InputsAtOnce, ct) is { Count: > 0 } lines; after = lines[^1].Ordinal)
            foreach (var line in lines)
                if (line.Prediction is { } prediction) yield return prediction;
    }

    private async IAsyncEnumerable<StoredPrediction> SharedInputsAsync(
        DiffRequest request, IReadOnlyList<Predictor> predictors, [EnumeratorCancellation] CancellationToken ct)
    {
        int[] old = [.. predictors.Where(p => p.Revision == request.Old.Revision && (request.Task is null || p.Task == request.Task)).Select(p => p.Id)];
        if (old.Length == 0) yield break;
        for (var after = Guid.Empty; await store.ReadPredictionsAsync(old, after, InputsAtOnce, ct) is { Count: > 0 } page; after = page[^1].Key)
            foreach (var prediction in page) yield return prediction;
    }
}
