using System.Globalization;
using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Results.Data.Postgres;

namespace BatchInfer.Benchmarks.Persist;

/// <summary>Chunks as workers of a two-label classifier send them: each text another, 90 characters, keys as the product makes them.</summary>
/// <param name="ownIds">Records with ids of their own, else with line numbers.</param>
internal sealed class GeneratedChunks(bool ownIds)
{
    public const string Model = "bench", Revision = "be7c4000000000000000000000000000000000000000000000000000000be7c4";
    private const int RecordsOfAChunk = 1000, ChunksOfAShard = 4;
    private static readonly PredictionKeyFactory Keys = new(Revision, TaskNames.TextClassification, InferenceParameters.Empty);
    private readonly Guid _job = Guid.NewGuid();
    private long _next;

    /// <summary>The text of a record: all have equal length, so that SQL can compute keys too.</summary>
    public static string Text(long number) =>
        string.Create(CultureInfo.InvariantCulture, $"A ticket of the night, number {number:0000000000}: the printer on floor {number % 40:00} does not print.");

    public static Guid Key(long number) => Keys.Create(Text(number));

    /// <summary>Makes the model known to a store, as a worker's announcement does, so that lookups find it by name.</summary>
    public static Task AnnounceModelAsync(PostgresPredictionStore store) => store.SaveModelsAsync(
        [
            new ModelDescriptor(Model, Revision, "Bert", TaskNames.TextClassification,
                new Dictionary<string, string> { [TaskNames.TextClassification] = "{}" }, 64, ["POSITIVE", "NEGATIVE"], 1),
        ], TimeProvider.System.GetUtcNow(), CancellationToken.None);

    /// <summary>The request of a single lookup over HTTP/1.1.</summary>
    public static byte[] LookUpRequest(long number) => Encoding.ASCII.GetBytes(
        $"GET /v1/predictions?model={Model}&input={Uri.EscapeDataString(Text(number))} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");

    /// <summary>The next chunks. Ordinals go on; texts begin at <paramref name="firstText"/>.</summary>
    public List<PredictionsProduced> Next(int count, long firstText)
    {
        var chunks = new List<PredictionsProduced>(count);
        for (int c = 0; c < count; c++)
        {
            int shard = (int)(_next / (RecordsOfAChunk * ChunksOfAShard));
            var predictions = new List<NewPrediction>(RecordsOfAChunk);
            var items = new List<RecordOutcome>(RecordsOfAChunk);
            for (int i = 0; i < RecordsOfAChunk; i++, _next++)
            {
                long number = firstText + c * RecordsOfAChunk + i;
                string text = Text(number), score = string.Create(CultureInfo.InvariantCulture, $"0.{number * 7919 % 10_000_000:0000000}");
                var key = Keys.Create(text);
                predictions.Add(new NewPrediction(key, text, null, $$"""[{"label":"POSITIVE","score":{{score}}},{"label":"NEGATIVE","score":{{score}}}]""", null, 24, 24));
                string id = string.Create(CultureInfo.InvariantCulture, $"{(ownIds ? "ticket-" : "")}{_next + 1}");
                items.Add(new RecordOutcome(_next, id, key, OutcomeKind.Computed, null));
            }

            chunks.Add(new PredictionsProduced(
                new ShardId(_job, shard), 1, Model, Revision, TaskNames.TextClassification, RecordsOfAChunk * ChunksOfAShard, "bench", DateTimeOffset.UnixEpoch,
                predictions, items, "{}"));
        }

        return chunks;
    }
}
