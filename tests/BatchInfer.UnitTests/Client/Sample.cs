using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Client;

/// <summary>Resources as a server would answer them.</summary>
internal static class Sample
{
    public static readonly Guid JobId = Guid.Parse("0198c0de-0000-7000-8000-000000000001");
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    public const string Revision = "aaaabbbbccccdddd";

    public static JobCounts Counts(long total = 100, long computed = 60, long cached = 40, long failed = 0) =>
        new(total, computed, cached, 10, failed, 900, 1000, 4, 4);

    public static JobResource Job(JobStatus status = JobStatus.Completed, JobCounts? counts = null, string? message = null) => new(
        JobId, status, "sentiment", Revision, TaskNames.TextClassification, [], "file-1", "text", null, null, 10,
        new Dictionary<string, string> { ["batchinfer.format"] = "text" }, counts ?? Counts(), new JobThroughput(50, 450, null), message, Start, Start, null);

    public static ModelResource Model(string name = "sentiment") => new(
        name, Revision, "BertForSequenceClassification", TaskNames.TextClassification,
        new Dictionary<string, JsonObject>
        {
            [TaskNames.TextClassification] = new() { ["max_length"] = 128, ["function"] = "softmax" },
            [TaskNames.FeatureExtraction] = new() { ["max_length"] = 128, ["pooling"] = "mean" },
        },
        128, ["negative", "positive"], 8_000_000, 1);

    public static FileResource File(string id = "file-1") => new(id, "in.txt", 1234, RecordFormat.Text, "ab12", Start);

    public static Page<T> Page<T>(params T[] rows) => new(rows, null);
}
