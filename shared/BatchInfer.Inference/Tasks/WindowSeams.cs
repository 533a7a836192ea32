namespace BatchInfer.Inference;

/// <summary>
/// Which window of a text answers for a token that two of them have: the one in which it stands farther from the edge, where
/// the model saw more of what is around it. So each token is answered once, and no seam cuts what belongs together.
/// </summary>
internal static class WindowSeams
{
    /// <summary>Places of a row for which it answers, the tokens around the text left out.</summary>
    /// <param name="rows">The windows of one text.</param>
    /// <param name="row">One of them.</param>
    /// <param name="overlap">Tokens that neighbouring windows share.</param>
    public static Range Owned(in InputRows rows, int row, int overlap)
    {
        var details = rows.Details(row);
        int start = 0, end = details.Length;
        while (start < end && details[start].IsSpecial) start++;
        while (end > start && details[end - 1].IsSpecial) end--;
        if (row > 0) start += (overlap + 1) / 2;
        if (row < rows.Count - 1) end -= overlap / 2;
        return start..end;
    }
}
