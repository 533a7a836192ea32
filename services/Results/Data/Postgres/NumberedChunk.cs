using BatchInfer.Contracts;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>A chunk with the numbers that its rows hold.</summary>
internal sealed record NumberedChunk(PredictionsProduced Chunk, NumberedJob Job, int Predictor);
