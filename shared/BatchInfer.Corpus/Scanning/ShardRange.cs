namespace BatchInfer.Corpus;

/// <summary>A run of whole records, never none.</summary>
/// <param name="Offset">First byte in the corpus.</param>
/// <param name="Length">Bytes, line ends included. Ranges follow each other without a gap.</param>
/// <param name="FirstOrdinal">Ordinal of the first record, from 0.</param>
/// <param name="FirstLine">Line number of the first byte, from 1.</param>
/// <param name="RecordCount">Records in the range, good and bad.</param>
/// <param name="NextLine">Line number of the byte behind the range.</param>
public readonly record struct ShardRange(long Offset, long Length, long FirstOrdinal, long FirstLine, int RecordCount, long NextLine)
{
    /// <summary>Where the scan goes on behind this range.</summary>
    public ScanPosition Next => new(Offset + Length, FirstOrdinal + RecordCount, NextLine);
}
