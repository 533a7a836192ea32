namespace BatchInfer.Inference;

/// <summary>Cuts one piece at what was found in it. The parts come one after another; the last is given by <see cref="End"/>.</summary>
/// <param name="behavior">What becomes of what was found.</param>
/// <param name="invert">Whether what was not found is what is split at.</param>
/// <param name="pieces">Takes the pieces.</param>
internal ref struct PieceSplitter(SplitBehavior behavior, bool invert, TextPieces pieces)
{
    private TextSpan _held;
    private bool _holds, _heldMatch;

    /// <summary>Takes what was found, and what stands before it.</summary>
    /// <param name="start">Where the piece was not looked at yet.</param>
    /// <param name="match">What was found.</param>
    /// <returns>Where to go on.</returns>
    public int Match(int start, TextSpan match)
    {
        if (start < match.Start) Take(new TextSpan(start, match.Start), invert);
        Take(match, !invert);
        return match.End;
    }

    /// <summary>Takes what is left of the piece.</summary>
    public void End(int start, int end)
    {
        if (start < end) Take(new TextSpan(start, end), invert);
        if (_holds) pieces.Append(_held.Start, _held.End);
    }

    private void Take(TextSpan part, bool isMatch)
    {
        switch (behavior)
        {
            case SplitBehavior.Removed:
                if (!isMatch) pieces.Append(part.Start, part.End);
                break;
            case SplitBehavior.Isolated:
                pieces.Append(part.Start, part.End);
                break;
            case SplitBehavior.Contiguous:
                TakeAfterHeld(part, isMatch, joins: isMatch == _heldMatch);
                break;
            case SplitBehavior.MergedWithPrevious:
                TakeAfterHeld(part, isMatch, joins: isMatch && !_heldMatch);
                break;
            case SplitBehavior.MergedWithNext:
                TakeAfterHeld(part, isMatch, joins: !isMatch && _heldMatch);
                break;
        }
    }

    // What came last is held until it is known what comes next.
    private void TakeAfterHeld(TextSpan part, bool isMatch, bool joins)
    {
        if (_holds && joins) part = new TextSpan(_held.Start, part.End);
        else if (_holds) pieces.Append(_held.Start, _held.End);
        (_held, _holds, _heldMatch) = (part, true, isMatch);
    }
}
