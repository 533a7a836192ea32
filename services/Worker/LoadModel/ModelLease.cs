using BatchInfer.Inference;

namespace BatchInfer.Worker.LoadModel;

/// <summary>A loaded model in use: it stays loaded until the lease is disposed.</summary>
internal sealed class ModelLease(InferenceEngine engine, Action release) : IDisposable
{
    private int _disposed;

    public InferenceEngine Engine => engine;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) release();
    }
}
