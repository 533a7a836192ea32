namespace BatchInfer.Inference;

/// <summary>A task's output for one input: JSON, a vector, or why there is none.</summary>
internal readonly record struct TaskOutput(string? Json, float[]? Embedding, string? ErrorCode, string? ErrorMessage)
{
    public static implicit operator TaskOutput(string json) => new(json, null, null, null);

    public static implicit operator TaskOutput(float[] embedding) => new(null, embedding, null, null);

    public static TaskOutput Failed(string code, string message) => new(null, null, code, message);
}
