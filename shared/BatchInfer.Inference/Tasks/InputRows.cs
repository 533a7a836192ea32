namespace BatchInfer.Inference;

/// <summary>An input with all its rows and what was kept of each; good during the call that it is handed to.</summary>
/// <param name="window">Window of the input.</param>
/// <param name="entry">The input.</param>
/// <param name="input">Its texts.</param>
/// <param name="only">What was kept of its only row.</param>
/// <param name="parts">What was kept of its rows, when it has several.</param>
internal readonly ref struct InputRows(TokenizedWindow window, InputEntry entry, TextInput input, ReadOnlySpan<float> only, InputParts? parts)
{
    private readonly ReadOnlySpan<float> _only = only;

    public TextInput Input => input;

    public int Count => entry.Rows;

    /// <summary>What was kept of a row.</summary>
    public ReadOnlySpan<float> Kept(int row) => parts is null ? _only : parts[row];

    /// <summary>Which of the input's texts a row is of.</summary>
    public int TextOf(int row) => window.TextOf(entry.FirstRow + row);

    public int Tokens(int row) => window.LengthOf(entry.FirstRow + row);

    public ReadOnlySpan<int> Ids(int row) => window.IdsOf(entry.FirstRow + row);

    public ReadOnlySpan<TokenDetail> Details(int row) => window.DetailsOf(entry.FirstRow + row);

    /// <summary>The row after the last one of the same text as <paramref name="row"/>.</summary>
    public int EndOfText(int row)
    {
        int end = row + 1;
        while (end < Count && TextOf(end) == TextOf(row)) end++;
        return end;
    }
}
