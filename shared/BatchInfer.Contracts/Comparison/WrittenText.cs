using System.Text.Json;

namespace BatchInfer.Contracts;

/// <summary>What of a language model's output is compared: its texts (none where a text was scored), and how likely it thought the first.</summary>
internal sealed record WrittenText(IReadOnlyList<string> Texts, double? MeanLogprob)
{
    // The table of edits has as many cells as the product of both lengths.
    private const int ComparedCharacters = 2000;

    /// <summary>Reads an output of text2text-generation, text-generation or text-scoring; null where it is of another task.</summary>
    public static WrittenText? TryRead(JsonElement output)
    {
        if (output.ValueKind == JsonValueKind.Object)
        {
            double? logprob = output.TryGetProperty("mean_logprob", out var mean) && mean.ValueKind == JsonValueKind.Number ? mean.GetDouble() : null;
            bool written = output.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String;
            return written ? new WrittenText([text.GetString()!], logprob) : logprob is null ? null : new WrittenText([], logprob);
        }

        if (output.ValueKind != JsonValueKind.Array || output.GetArrayLength() == 0) return null;
        // Several texts for one record, the best first.
        var parts = new List<WrittenText>();
        foreach (var entry in output.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object || TryRead(entry) is not { Texts: [_] } part) return null;
            parts.Add(part);
        }

        return new WrittenText([.. parts.Select(p => p.Texts[0])], parts[0].MeanLogprob);
    }

    /// <summary>Edits of characters as a share of the longer text; of several texts the mean, a missing one counting 1.</summary>
    public static double Distance(WrittenText a, WrittenText b)
    {
        int most = Math.Max(a.Texts.Count, b.Texts.Count);
        double sum = 0;
        for (int i = 0; i < most; i++)
            sum += i < a.Texts.Count && i < b.Texts.Count ? Distance(a.Texts[i], b.Texts[i]) : 1;
        return most == 0 ? 0 : sum / most;
    }

    private static double Distance(string a, string b)
    {
        if (string.Equals(a, b, StringComparison.Ordinal)) return 0;
        // They differ, if only behind what is compared.
        return Math.Max(1.0 / Math.Max(a.Length, b.Length), Share(Head(a), Head(b)));
    }

    private static ReadOnlySpan<char> Head(string text) => text.AsSpan(0, Math.Min(text.Length, ComparedCharacters));

    // Levenshtein's distance, row by row.
    private static double Share(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int[] row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int edited = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], edited);
            }
        }

        return (double)row[b.Length] / Math.Max(1, Math.Max(a.Length, b.Length));
    }
}
