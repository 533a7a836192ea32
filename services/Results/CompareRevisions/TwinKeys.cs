using BatchInfer.Contracts;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.CompareRevisions;

/// <summary>The key under which another revision keeps its answer to the same question.</summary>
internal sealed class TwinKeys(IReadOnlyList<Predictor> predictors)
{
    private readonly Dictionary<(string Revision, int Predictor), PredictionKeyFactory> _keys = [];

    /// <summary>Key of the same input, task and parameters at a revision.</summary>
    public Guid Of(StoredPrediction prediction, string revision)
    {
        if (prediction.Predictor.Revision == revision) return prediction.Key;
        if (!_keys.TryGetValue((revision, prediction.Predictor.Id), out var keys))
            _keys[(revision, prediction.Predictor.Id)] = keys = new PredictionKeyFactory(
                revision, prediction.Predictor.Task, InferenceParameters.Parse(ParametersAt(revision, prediction.Predictor)));
        return keys.Create(prediction.Input, prediction.InputPair);
    }

    // The parameters are the same where the revision predicted with these. Where it did not, and only ever with others, its own
    // defaults are others: then these are its answer to the same question.
    private string ParametersAt(string revision, Predictor predictor)
    {
        var there = predictors.Where(p => p.Revision == revision && p.Task == predictor.Task && p.Parameters.Length > 0).ToList();
        string parameters = there.Count == 1 && there[0].Parameters != predictor.Parameters ? there[0].Parameters : predictor.Parameters;
        return parameters.Length > 0 ? parameters : "{}";
    }
}
