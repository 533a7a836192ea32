namespace BatchInfer.Results.Data.Postgres;

/// <summary>A row and the chunk that it came in.</summary>
internal readonly record struct GroupRow<T>(ChunkWrite Write, T Row);
