using System.Collections.ObjectModel;

namespace BatchInfer.Results.Data;

/// <summary>Predictions by key.</summary>
/// <param name="found">Those that are stored.</param>
/// <param name="looked">How many of the keys, from the first on, were looked for; at least one.</param>
internal sealed class FoundPredictions(Dictionary<Guid, StoredPrediction> found, int looked) : ReadOnlyDictionary<Guid, StoredPrediction>(found)
{
    public int Looked => looked;
}
