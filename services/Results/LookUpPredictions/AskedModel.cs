namespace BatchInfer.Results.LookUpPredictions;

/// <summary>The model that an input was asked of, by the name in the question.</summary>
internal sealed record AskedModel(string Name, string Revision, string Task);
