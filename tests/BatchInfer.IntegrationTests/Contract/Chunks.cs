using System.Globalization;
using System.Runtime.InteropServices;
using BatchInfer.Contracts;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>Makes the chunks that workers would send.</summary>
internal static class Chunks
{
    public const string Revision = "5f1c00000000000000000000000000000000000000000000000000000000cafe";

    public static readonly DateTimeOffset Started = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly PredictionKeyFactory Keys = new(Revision, TaskNames.TextClassification, InferenceParameters.Empty);

    public static Guid Key(string input) => Keys.Create(input);

    public static string Text(long ordinal) => "text " + ordinal.ToString(CultureInfo.InvariantCulture);

    public static string Output(long ordinal) => $$"""[{"label": "positive", "score": 0.{{ordinal + 1}}}]""";

    /// <summary>Computed records <paramref name="from"/> to <paramref name="to"/> (exclusive).</summary>
    public static PredictionsProduced Computed(ShardId shard, int recordCount, long from, long to, string worker = "w1", int attempt = 1)
    {
        var ordinals = Ordinals(from, to);
        return Chunk(shard, recordCount,
            [.. ordinals.Select(o => Prediction(Text(o), Output(o)))],
            [.. ordinals.Select(o => Item(o, OutcomeKind.Computed))], worker, attempt);
    }

    /// <summary>The same records, answered by what is stored.</summary>
    public static PredictionsProduced Cached(ShardId shard, int recordCount, long from, long to, string worker = "w1", int attempt = 1) =>
        Chunk(shard, recordCount, [], [.. Ordinals(from, to).Select(o => Item(o, OutcomeKind.Cached))], worker, attempt);

    /// <summary>The same records, all bad.</summary>
    public static PredictionsProduced Failed(ShardId shard, int recordCount, long from, long to, string worker = "w1", int attempt = 1) =>
        Chunk(shard, recordCount, [], [.. Ordinals(from, to).Select(Error)], worker, attempt);

    public static PredictionsProduced Chunk(
        ShardId shard, int recordCount, IReadOnlyList<NewPrediction> predictions, IReadOnlyList<RecordOutcome> items,
        string worker = "w1", int attempt = 1) =>
        new(shard, attempt, "sentiment", Revision, TaskNames.TextClassification, recordCount, worker, Started, predictions, items);

    public static NewPrediction Prediction(string input, string? output, float[]? embedding = null, string? pair = null) =>
        new(Keys.Create(input, pair), input, pair, output, embedding is null ? null : MemoryMarshal.AsBytes(embedding.AsSpan()).ToArray(), 5, 8);

    public static RecordOutcome Item(long ordinal, OutcomeKind kind) => Item(ordinal, kind, Key(Text(ordinal)));

    public static RecordOutcome Item(long ordinal, OutcomeKind kind, Guid key) =>
        new(ordinal, "id-" + ordinal.ToString(CultureInfo.InvariantCulture), key, kind, null);

    public static RecordOutcome Error(long ordinal) =>
        new(ordinal, "id-" + ordinal.ToString(CultureInfo.InvariantCulture), null, OutcomeKind.Failed,
            new RecordError(ErrorCodes.EmptyText, "The text is empty.", ordinal + 1));

    private static List<long> Ordinals(long from, long to) => [.. Enumerable.Range(0, (int)(to - from)).Select(i => from + i)];
}
