using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>The one place that says where and how ONNX Runtime computes.</summary>
internal static class ExecutionProvider
{
    public static SessionOptions CreateOptions() => new()
    {
        // Several runs side by side, each on one thread, beat one run on all cores.
        IntraOpNumThreads = 1,
        InterOpNumThreads = 1,
        ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        // With a new shape for nearly every batch, both would keep memory for each.
        EnableMemoryPattern = false,
        EnableCpuMemArena = false,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };
}
