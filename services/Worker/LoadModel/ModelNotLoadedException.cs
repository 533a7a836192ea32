namespace BatchInfer.Worker.LoadModel;

/// <summary>A model could not be loaded now, for want of memory, or because its files change or are gone: another try or worker may do it.</summary>
internal sealed class ModelNotLoadedException(string model, string reason, Exception? innerException = null)
    : Exception($"Model '{model}' could not be loaded: {reason}", innerException);
