namespace BatchInfer.Inference;

/// <summary>One row with what the model gave for it; good during the call that it is handed to.</summary>
/// <param name="window">Window of the row.</param>
/// <param name="row">Number of the row.</param>
/// <param name="outputs">What the run gave, in the order of the task's outputs.</param>
/// <param name="place">Place of the row in the run.</param>
/// <param name="rows">Rows of the run.</param>
internal readonly ref struct RowValues(TokenizedWindow window, int row, ReadOnlySpan<ModelOutput> outputs, int place, int rows)
{
    private readonly ReadOnlySpan<ModelOutput> _outputs = outputs;

    /// <summary>Tokens of the row; what an output has for places after them is padding.</summary>
    public int Tokens => window.LengthOf(row);

    public ReadOnlySpan<int> Ids => window.IdsOf(row);

    /// <summary>Size of an output's last dimension.</summary>
    public int Width(int output) => _outputs[output].Width;

    /// <summary>Values of an output: [width], or [tokens or more, width].</summary>
    public ReadOnlySpan<float> Values(int output)
    {
        int length = _outputs[output].Values.Length / rows;
        return _outputs[output].Values.Span.Slice(place * length, length);
    }
}
