using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Faults;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Operations;

/// <summary>The product in a process of its own, whose log is read as its operator reads it. It has a model that works and one that never does.</summary>
public sealed class LoggedStandalone : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly PoisonModel _models = PoisonModel.Swelling();
    private ServiceProcess _process = null!;

    internal BatchInferClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), Path.Combine(_models.Folder, "sentiment"));
        _process = await ServiceProcess.StartAsync(
            "BatchInfer.Standalone", new Dictionary<string, string>(), TestContext.Current.CancellationToken,
            "--data", _folder["data"], "--models", _models.Folder, "--urls", "http://127.0.0.1:0");
        Client = new BatchInferClient(_process.BaseAddress);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_process is not null) await _process.DisposeAsync();
        _models.Dispose();
        _folder.Dispose();
    }

    /// <summary>Submits some texts; null stands for a record that has none, and fails.</summary>
    internal Task<JobResource> SubmitAsync(IEnumerable<string?> texts, JobRequest request, CancellationToken ct)
    {
        string corpus = string.Concat(texts.Select(text => (text is null ? "{}" : JsonSerializer.Serialize(new { text })) + "\n"));
        return Client.SubmitAsync(new MemoryStream(Encoding.UTF8.GetBytes(corpus)), "corpus.jsonl", request, ct);
    }

    /// <summary>Waits until the log says something of a job.</summary>
    /// <param name="said">The words, with <c>ID</c> for the job's id.</param>
    /// <param name="job">The job.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>What a search for the job's id finds, from its first line to the one waited for.</returns>
    internal async Task<List<string>> ReadAsync(string said, Guid job, CancellationToken ct)
    {
        // On the console each entry is one line.
        string words = said.Replace("ID", job.ToString(), StringComparison.Ordinal).ReplaceLineEndings(" ");
        await _process.SawAsync(new Regex(Regex.Escape(words)), ct);
        var found = _process.Log.Split('\n').Where(l => l.Contains(job.ToString(), StringComparison.Ordinal)).ToList();
        return found[..(found.FindIndex(l => l.Contains(words, StringComparison.Ordinal)) + 1)];
    }

    /// <summary>All that it said so far.</summary>
    internal string Log => _process.Log;
}
