using System.Runtime.InteropServices;
using System.Text.Json;

namespace BatchInfer.Contracts;

/// <summary>Compares predictions record by record; only the worst are kept, so that a corpus may be of any size.</summary>
/// <param name="worst">How many of the records that differ most are kept; fewer where their outputs are large.</param>
public sealed class PredictionComparer(int worst)
{
    private const long MaxWorstBytes = 32L << 20;

    private readonly PriorityQueue<ComparedRecord, double> _worst = new();
    private long _worstBytes;
    private long _records, _failed, _equal, _flips, _labelled, _embedded, _written, _logprobs;
    private double _scoreSum, _scoreMax, _cosineSum, _cosineMin = 1, _distanceSum, _logprobSum, _logprobMax;

    /// <summary>Compares two sequences of predictions in input order.</summary>
    /// <exception cref="InvalidDataException">They are not of the same records.</exception>
    public static async Task<ComparisonReport> CompareAsync(
        IAsyncEnumerable<PredictionLine> first, IAsyncEnumerable<PredictionLine> second, int worst, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var comparer = new PredictionComparer(worst);
        await using var a = first.GetAsyncEnumerator(ct);
        await using var b = second.GetAsyncEnumerator(ct);
        while (true)
        {
            bool more = await a.MoveNextAsync().ConfigureAwait(false);
            if (more != await b.MoveNextAsync().ConfigureAwait(false)) throw new InvalidDataException("The two jobs have different numbers of records: compare jobs over one corpus.");
            if (!more) return comparer.ToReport();
            comparer.Add(a.Current, b.Current);
        }
    }

    /// <summary>Compares one record.</summary>
    /// <exception cref="InvalidDataException">The predictions are not of the same record.</exception>
    public void Add(PredictionLine first, PredictionLine second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if ((first.Ordinal, first.CustomId) != (second.Ordinal, second.CustomId))
            throw new InvalidDataException($"Record {first.Ordinal} is '{first.CustomId}' in one job and '{second.CustomId}' in the other: compare jobs over one corpus.");
        if (first.Output is not { } a || second.Output is not { } b)
        {
            _failed++;
            return;
        }

        _records++;
        double drift = AddOutputs(a, b);
        if (drift <= 0) return;
        var record = new ComparedRecord(first.Ordinal, first.CustomId, drift, a, b);
        _worst.Enqueue(record, drift);
        _worstBytes += Bytes(record);
        while (_worst.Count > worst || (_worstBytes > MaxWorstBytes && _worst.Count > 1)) _worstBytes -= Bytes(_worst.Dequeue());
    }

    /// <summary>What the records came to.</summary>
    public ComparisonReport ToReport() => new(
        _records, _failed, _equal, _labelled > 0 ? _flips : null, _labelled > 0 ? _scoreSum / _labelled : null, _labelled > 0 ? _scoreMax : null,
        _embedded > 0 ? _cosineSum / _embedded : null, _embedded > 0 ? _cosineMin : null,
        [.. _worst.UnorderedItems.Select(i => i.Element).OrderByDescending(r => r.Drift).ThenBy(r => r.Ordinal)])
    {
        MeanTextDistance = _written > 0 ? _distanceSum / _written : null,
        MeanLogprobDifference = _logprobs > 0 ? _logprobSum / _logprobs : null,
        MaxLogprobDifference = _logprobs > 0 ? _logprobMax : null,
    };

    private static long Bytes(ComparedRecord record) =>
        (long)JsonMarshal.GetRawUtf8Value(record.First).Length + JsonMarshal.GetRawUtf8Value(record.Second).Length;

    private double AddOutputs(JsonElement a, JsonElement b)
    {
        bool equal = JsonElement.DeepEquals(a, b);
        if (TryReadVector(a) is { } x && TryReadVector(b) is { } y && x.Length == y.Length)
        {
            double cosine = equal ? 1 : Cosine(x, y);
            _embedded++;
            _cosineSum += cosine;
            _cosineMin = Math.Min(_cosineMin, cosine);
            if (equal) _equal++;
            return 1 - cosine;
        }

        if (TryReadScores(a) is { Count: > 0 } s && TryReadScores(b) is { Count: > 0 } t)
        {
            double difference = s.Max(label => Math.Abs(label.Value - t.GetValueOrDefault(label.Key)));
            bool flipped = s.MaxBy(l => l.Value).Key != t.MaxBy(l => l.Value).Key;
            _labelled++;
            _scoreSum += difference;
            _scoreMax = Math.Max(_scoreMax, difference);
            if (flipped) _flips++;
            else _equal++;
            // A flip counts before any difference without one.
            return flipped ? 1 + difference : difference;
        }

        if (WrittenText.TryRead(a) is { } first && WrittenText.TryRead(b) is { } second) return AddTexts(first, second, equal);
        if (equal) _equal++;
        return equal ? 0 : 1;
    }

    // The same text by another model is the same answer, however likely each thought it.
    private double AddTexts(WrittenText a, WrittenText b, bool equal)
    {
        double logprob = a.MeanLogprob is { } x && b.MeanLogprob is { } y ? Math.Abs(x - y) : 0;
        if (a.MeanLogprob is not null && b.MeanLogprob is not null)
        {
            _logprobs++;
            _logprobSum += logprob;
            _logprobMax = Math.Max(_logprobMax, logprob);
        }

        if (a.Texts.Count == 0 && b.Texts.Count == 0)
        {
            // Scored, not written.
            if (equal) _equal++;
            return equal ? 0 : logprob;
        }

        double distance = WrittenText.Distance(a, b);
        _written++;
        _distanceSum += distance;
        if (distance <= 0) _equal++;
        return distance;
    }

    private static double Cosine(double[] a, double[] b)
    {
        double product = 0, lengthA = 0, lengthB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += a[i] * b[i];
            lengthA += a[i] * a[i];
            lengthB += b[i] * b[i];
        }

        return lengthA == 0 || lengthB == 0 ? 0 : product / Math.Sqrt(lengthA * lengthB);
    }

    private static double[]? TryReadVector(JsonElement output)
    {
        if (output.ValueKind != JsonValueKind.Array || output.GetArrayLength() == 0 || output[0].ValueKind != JsonValueKind.Number) return null;
        var vector = new double[output.GetArrayLength()];
        int i = 0;
        foreach (var value in output.EnumerateArray()) vector[i++] = value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;
        return vector;
    }

    // Only a distribution over labels: entities carry labels and scores too, but several of one label.
    private static Dictionary<string, double>? TryReadScores(JsonElement output)
    {
        if (output.ValueKind != JsonValueKind.Array) return null;
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var entry in output.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("label", out var label) || label.ValueKind != JsonValueKind.String
                || !entry.TryGetProperty("score", out var score) || score.ValueKind != JsonValueKind.Number
                || !scores.TryAdd(label.GetString()!, score.GetDouble())) return null;
        }

        return scores;
    }
}
