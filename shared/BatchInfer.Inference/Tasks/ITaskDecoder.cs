namespace BatchInfer.Inference;

/// <summary>Turns one row of the model's output into the task's output. Shared by all threads.</summary>
internal interface ITaskDecoder
{
    /// <summary>The graph's output it reads.</summary>
    OnnxTensorInfo Source { get; }

    /// <param name="values">Values of the row: [width], or [padded length, width] of a token output.</param>
    /// <param name="width">Size of the last dimension.</param>
    /// <param name="tokens">Tokens of the row; what comes after them is padding.</param>
    /// <param name="json">Output as JSON, or null.</param>
    /// <param name="embedding">Output as a vector, or null.</param>
    /// <returns>False when the values are no numbers (NaN or infinite).</returns>
    bool TryDecode(ReadOnlySpan<float> values, int width, int tokens, out string? json, out float[]? embedding);
}
