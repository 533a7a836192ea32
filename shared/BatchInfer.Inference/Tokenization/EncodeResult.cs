namespace BatchInfer.Inference;

/// <summary>What became of one input.</summary>
/// <param name="Rows">Rows appended: one, or one for each window; none where the input does not fit or has no tokens at all.</param>
/// <param name="TokensCut">Tokens of its texts that are in no row.</param>
/// <param name="Fits">False when the strategy cannot bring it down to the limit, or its windows are too many.</param>
internal readonly record struct EncodeResult(int Rows, int TokensCut, bool Fits)
{
    public static readonly EncodeResult TooLong = new(0, 0, false);

    public static readonly EncodeResult TooManyTokens = TooLong with { IsTooMany = true };

    /// <summary>Whether its windows would have more tokens than the caller takes.</summary>
    public bool IsTooMany { get; private init; }
}
