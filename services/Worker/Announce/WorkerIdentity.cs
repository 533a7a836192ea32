using System.Globalization;

namespace BatchInfer.Worker.Announce;

/// <summary>Who this worker is, for as long as its process lives.</summary>
internal sealed class WorkerIdentity
{
    public string Host { get; } = Environment.MachineName;

    /// <summary>Unique: a process id alone comes again in another container of the same name.</summary>
    public string Id { get; } = string.Create(CultureInfo.InvariantCulture,
        $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}");
}
