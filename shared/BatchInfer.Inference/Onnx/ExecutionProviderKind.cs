namespace BatchInfer.Inference;

/// <summary>Where a model is computed. All but the CPU need a build with the package of that provider.</summary>
public enum ExecutionProviderKind
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>An NVIDIA GPU through TensorRT.</summary>
    TensorRt,

    /// <summary>Intel processors and GPUs through OpenVINO.</summary>
    OpenVino,

    /// <summary>Apple's accelerators.</summary>
    CoreMl,
}
