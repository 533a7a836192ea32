using System.Runtime.CompilerServices;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.CompareRevisions;

/// <summary>Compares what two revisions answered to the same inputs, from the store alone: nothing is computed.</summary>
internal sealed class RevisionDiff(IPredictionStore store)
{
    // Fewer where they are large, by the store's bound in bytes; beside them as much of both sides is in memory.
    private const int InputsAtOnce = 500;

    public async Task<DiffResource> RunAsync(DiffRequest request, CancellationToken ct)
    {
        var predictors = await store.ListPredictorsAsync(ct);
        var twins = new TwinKeys(predictors);
        var comparer = new PredictionComparer(request.Worst);
        long inputs = 0, covered = 0, onlyNew = 0, looked = 0;
        bool complete = true;
        var source = request.JobId is { } job ? JobInputsAsync(job, ct) : SharedInputsAsync(request, predictors, ct);
        await foreach (var page in source.WithCancellation(ct))
        {
            var asked = page.Where(p => request.Task is null || p.Predictor.Task == request.Task)
                .Select(p => (Old: twins.Of(p, request.Old.Revision), New: twins.Of(p, request.New.Revision))).ToList();
            await using var found = store.FindEachAsync([.. asked.SelectMany(a => new[] { a.Old, a.New })], ct).GetAsyncEnumerator(ct);
            foreach (var (oldKey, _) in asked)
            {
                if (looked == request.Limit)
                {
                    complete = false;
                    break;
                }

                looked++;
                var (before, after) = (await NextAsync(found), await NextAsync(found));
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

        var (report, texts) = await WithInputsAsync(comparer.ToReport(), ct);
        return new DiffResource(Side(request.Old), Side(request.New), request.JobId, inputs, covered, onlyNew, complete, report, texts);
    }

    /// <summary>The inputs of those that differ most, and the report of those whose inputs fit beside each other.</summary>
    private async Task<(ComparisonReport, IReadOnlyList<DiffInput>)> WithInputsAsync(ComparisonReport report, CancellationToken ct)
    {
        var inputs = new List<DiffInput>();
        var budget = new ByteBudget();
        await foreach (var prediction in store.FindEachAsync([.. report.Worst.Select(w => Guid.Parse(w.CustomId))], ct))
        {
            var input = prediction is null ? new DiffInput("", null) : new DiffInput(prediction.Input, prediction.InputPair);
            if (!budget.Takes(input.Input.Length + (input.InputPair?.Length ?? 0))) break;
            inputs.Add(input);
        }

        return (report with { Worst = [.. report.Worst.Take(inputs.Count)] }, inputs);
    }

    private static async ValueTask<StoredPrediction?> NextAsync(IAsyncEnumerator<StoredPrediction?> found) => await found.MoveNextAsync() ? found.Current : null;

    private static PredictionLine Line(long number, Guid oldKey, StoredPrediction prediction) => new(number, oldKey.ToString(), prediction.Output.ToElement(), null);

    private static DiffSide Side(ModelDescriptor model) => new(model.Name, model.Revision, model.SizeBytes);

    private async IAsyncEnumerable<IEnumerable<StoredPrediction>> JobInputsAsync(Guid job, [EnumeratorCancellation] CancellationToken ct)
    {
        for (long after = -1; await store.ReadLinesAsync(job, after, InputsAtOnce, ct) is { Count: > 0 } lines; after = lines[^1].Ordinal)
            yield return lines.Select(l => l.Prediction).OfType<StoredPrediction>();
    }

    private async IAsyncEnumerable<IEnumerable<StoredPrediction>> SharedInputsAsync(
        DiffRequest request, IReadOnlyList<Predictor> predictors, [EnumeratorCancellation] CancellationToken ct)
    {
        int[] old = [.. predictors.Where(p => p.Revision == request.Old.Revision && (request.Task is null || p.Task == request.Task)).Select(p => p.Id)];
        if (old.Length == 0) yield break;
        for (var after = Guid.Empty; await store.ReadPredictionsAsync(old, after, InputsAtOnce, ct) is { Count: > 0 } page; after = page[^1].Key)
            yield return page;
    }
}
