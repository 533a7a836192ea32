namespace BatchInfer.Standalone;

/// <summary>What the whole product in one process needs to know.</summary>
public sealed record StandaloneSettings
{
    /// <summary>Folder that keeps everything: databases and corpora. Made when it is not there; one process at a time.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Folder whose subfolders are models; null for none.</summary>
    public string? ModelsFolder { get; init; }

    /// <summary>Single models: folders anywhere, by name.</summary>
    public IReadOnlyDictionary<string, string> Models { get; init; } = new Dictionary<string, string>();

    /// <summary>Addresses to listen on. Port 0 takes a free one.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:0";

    /// <summary>Serve the web page at the same address. Off, it costs a process that lives for seconds nothing.</summary>
    public bool Page { get; init; } = true;

    /// <summary>Runs of a model side by side; 0 takes one per core.</summary>
    public int ParallelRuns { get; init; }

    /// <summary>Log errors only: something else owns the terminal.</summary>
    public bool Quiet { get; init; }

    /// <summary>Further settings as <c>--Section:Name=value</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}
