using System.Globalization;
using System.Text.RegularExpressions;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>What a worker's log says of its work.</summary>
internal static partial class WorkerLog
{
    /// <summary>Numbers of a job's shards that the worker has predicted and sent on, in the order in which it did; one that it did twice is there twice.</summary>
    public static List<int> Inferred(this ServiceProcess worker, Guid job) =>
        [.. Shard().Matches(worker.Log).Where(m => m.Groups["job"].Value == job.ToString()).Select(m => int.Parse(m.Groups["shard"].Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex("Inferred (?<job>[^ /]+)/(?<shard>[0-9]+):")]
    private static partial Regex Shard();
}
