using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>The one place that says where and how ONNX Runtime computes.</summary>
internal static class ExecutionProvider
{
    /// <param name="kind">Where the model is computed.</param>
    /// <param name="threads">Threads of one run.</param>
    /// <exception cref="ModelFormatException">This build has no such provider, or the machine lacks what it needs.</exception>
    public static SessionOptions CreateOptions(ExecutionProviderKind kind = ExecutionProviderKind.Cpu, int threads = 1)
    {
        var options = new SessionOptions
        {
            // Several runs side by side, each on one thread, mostly beat one run on all cores.
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            // With a new shape for nearly every batch, it would keep a plan for each.
            EnableMemoryPattern = false,
            // Without it every run maps its activations anew, and the pages' faults cost a third of the time.
            EnableCpuMemArena = true,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            Append(options, kind);
            return options;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or OnnxRuntimeException or DllNotFoundException)
        {
            options.Dispose();
            throw new ModelFormatException(
                $"Inference:Provider is {kind}, which this build cannot use ({e.Message.Trim()}). Build with -p:OnnxRuntimePackage={PackageOf(kind)}, and install what that provider needs; or set Inference:Provider to Cpu.", e);
        }
    }

    private static void Append(SessionOptions options, ExecutionProviderKind kind)
    {
        switch (kind)
        {
            case ExecutionProviderKind.Cuda: options.AppendExecutionProvider_CUDA(); break;
            case ExecutionProviderKind.TensorRt:
                options.AppendExecutionProvider_Tensorrt();
                // What TensorRT does not take runs on CUDA.
                options.AppendExecutionProvider_CUDA();
                break;
            case ExecutionProviderKind.OpenVino: options.AppendExecutionProvider_OpenVINO(); break;
            case ExecutionProviderKind.CoreMl: options.AppendExecutionProvider("CoreML"); break;
            default: break;
        }
    }

    private static string PackageOf(ExecutionProviderKind kind) => kind switch
    {
        ExecutionProviderKind.OpenVino => "Intel.ML.OnnxRuntime.OpenVino",
        ExecutionProviderKind.CoreMl => "Microsoft.ML.OnnxRuntime (on macOS)",
        _ => "Microsoft.ML.OnnxRuntime.Gpu",
    };
}
