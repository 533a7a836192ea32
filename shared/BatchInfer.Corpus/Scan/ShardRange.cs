namespace BatchInfer.Corpus;

/// <summary>A run of consecutive records as a byte range.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="FirstOrdinal">Ordinal of the first record, from 0 over the whole corpus.</param>
/// <param name="FirstLine">Line number of the first byte, from 1.</param>
/// <param name="RecordCount">Records, good and bad.</param>
/// <param name="NextLine">Line number of the byte behind the range.</param>
public readonly record struct ShardRange(long Offset, long Length, long FirstOrdinal, long FirstLine, int RecordCount, long NextLine)
{
    /// <summary>Where scanning goes on behind this range.</summary>
    public ScanPosition Next => new(Offset + Length, FirstOrdinal + RecordCount, NextLine);
}
