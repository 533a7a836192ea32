using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>An open session and its inputs. Any number of threads may run it.</summary>
internal sealed class GraphSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string[] _inputNames;

    /// <param name="file">The graph.</param>
    /// <param name="provider">Where it is computed.</param>
    /// <exception cref="ModelFormatException">ONNX Runtime cannot load it.</exception>
    public GraphSession(ModelGraph file, ExecutionProviderKind provider)
    {
        File = file;
        _inputNames = [.. file.Graph.Inputs.Select(i => i.Name)];
        using var options = ExecutionProvider.CreateOptions(provider);
        try
        {
            _session = new InferenceSession(file.Path, options);
            using var memory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
            Allocator = new OrtAllocator(_session, memory);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelFormatException($"{file.Path} cannot be loaded by ONNX Runtime: {e.Message.Trim()} Export the model again, or use another variant.", e);
        }
    }

    public ModelGraph File { get; }

    /// <summary>Memory for tensors that go from step to step: the session's own, which is not mapped anew each time.</summary>
    public OrtAllocator Allocator { get; }

    public IReadOnlyList<OnnxTensorInfo> Inputs => File.Graph.Inputs;

    /// <param name="inputs">Values in the order of <see cref="Inputs"/>; they stay the caller's.</param>
    /// <param name="outputs">Names of the outputs to compute.</param>
    /// <param name="workspace">Memory of the run slot.</param>
    /// <returns>The outputs, which are the caller's.</returns>
    public OrtValue[] Run(OrtValue[] inputs, IReadOnlyCollection<string> outputs, RunWorkspace workspace) =>
        [.. _session.Run(workspace.Options, _inputNames, inputs, outputs)];

    public void Dispose()
    {
        Allocator.Dispose();
        _session.Dispose();
    }
}
