namespace BatchInfer.Worker.LoadModel;

/// <summary>A model could not be loaded now, for want of memory or the like: its files are good, and another try or worker may do it.</summary>
internal sealed class ModelNotLoadedException(string model, Exception innerException)
    : Exception($"Model '{model}' could not be loaded: {innerException.Message}", innerException);
