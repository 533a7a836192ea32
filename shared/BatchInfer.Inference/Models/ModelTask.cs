namespace BatchInfer.Inference;

/// <summary>A task that a graph can do.</summary>
/// <param name="Task">Its name.</param>
/// <param name="Outputs">Outputs of the graph that answer it, at least one.</param>
internal sealed record ModelTask(string Task, IReadOnlyList<OnnxTensorInfo> Outputs)
{
    /// <summary>The first of the outputs.</summary>
    public OnnxTensorInfo Output => Outputs[0];
}
