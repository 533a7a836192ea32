namespace BatchInfer.Inference;

/// <summary>What varies between BPE models.</summary>
/// <param name="UnknownId">Id of characters that the vocabulary lacks; null leaves them out.</param>
/// <param name="FuseUnknown">Whether unknown characters in a row are one token.</param>
/// <param name="ByteFallback">Whether a character that is lacking is written as its bytes, e.g. <c>&lt;0xC3&gt;</c>.</param>
/// <param name="IgnoreMerges">Whether a word that is a token is never taken apart.</param>
/// <param name="ContinuingPrefix">What a character that does not begin a word begins with; empty for none.</param>
/// <param name="EndOfWordSuffix">What the last character of a word ends with; empty for none.</param>
internal sealed record BpeOptions(
    int? UnknownId, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges, string ContinuingPrefix, string EndOfWordSuffix)
{
    public bool HasAffixes => ContinuingPrefix.Length > 0 || EndOfWordSuffix.Length > 0;
}
