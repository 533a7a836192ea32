namespace BatchInfer.Results.Data.Postgres;

/// <summary>What writing a chunk has come to so far.</summary>
internal sealed class ChunkWrite(NumberedChunk chunk)
{
    public NumberedChunk Chunk { get; } = chunk;

    public ShardTally Tally { get; } = new(chunk.Chunk);

    /// <summary>Records that were not stored before.</summary>
    public int Inserted { get; set; }

    /// <summary>Predictions that were not stored before.</summary>
    public int Predictions { get; set; }
}
