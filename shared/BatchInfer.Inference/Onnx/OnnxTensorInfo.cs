namespace BatchInfer.Inference;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="ElementType">TensorProto.DataType, e.g. <see cref="Float"/>.</param>
/// <param name="Shape">Sizes, −1 for a symbolic one; null when the graph does not say.</param>
internal sealed record OnnxTensorInfo(string Name, int ElementType, long[]? Shape)
{
    public const int Float = 1, Int32 = 6, Int64 = 7, Boolean = 9, Float16 = 10;

    public int? Rank => Shape?.Length;

    /// <summary>Size of the last dimension; null when the graph does not say.</summary>
    public int? Width => Shape is [.., > 0 and <= int.MaxValue and var width] ? (int)width : null;

    public override string ToString() =>
        Shape is null ? Name : $"{Name} [{string.Join(", ", Shape.Select(d => d < 0 ? "?" : d.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";
}
