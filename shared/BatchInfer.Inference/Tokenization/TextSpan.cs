namespace BatchInfer.Inference;

/// <summary>A range of UTF-16 characters.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">The one after the last.</param>
internal readonly record struct TextSpan(int Start, int End)
{
    public int Length => End - Start;
}
