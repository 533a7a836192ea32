namespace BatchInfer.Coordinator.Files;

/// <summary>Something that a worker can read if it can read corpora. Disposing it removes it.</summary>
internal sealed class CorpusProbe(Uri address, FileStream? file) : IDisposable
{
    public Uri Address => address;

    public void Dispose() => file?.Dispose();
}
