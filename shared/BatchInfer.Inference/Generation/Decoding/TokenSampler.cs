namespace BatchInfer.Inference;

/// <summary>Chooses a token by chance: temperature, then the likeliest k, then the nucleus p. Shared by all threads.</summary>
internal sealed class TokenSampler(GenerationSettings settings)
{
    /// <summary>What is chosen where no token may come.</summary>
    public const int None = -1;

    /// <param name="logits">Logits after the rules.</param>
    /// <param name="chance">A number in [0, 1).</param>
    /// <param name="scratch">Buffers of the thread.</param>
    public int Choose(ReadOnlySpan<float> logits, double chance, DecodingScratch scratch)
    {
        int count = Candidates(logits, scratch);
        if (count == 0) return None;
        var tokens = scratch.Tokens.AsSpan(0, count);
        var keys = scratch.Keys.AsSpan(0, count);

        // Equal logits are told apart by the token, so that the order is the same on every machine.
        keys.Sort(tokens, static (a, b) => b.CompareTo(a));
        OrderEquals(keys, tokens);
        Span<double> weights = scratch.Weights.AsSpan(0, count);
        double total = 0;
        for (int i = 0; i < count; i++) total += weights[i] = Math.Exp(((double)keys[i] - keys[0]) / settings.Temperature);
        if (settings.TopP < 1) (count, total) = Nucleus(weights, total);

        double rest = chance * total;
        for (int i = 0; i < count - 1; i++)
        {
            rest -= weights[i];
            if (rest < 0) return tokens[i];
        }

        return tokens[count - 1];
    }

    // Only what can be chosen is sorted: a vocabulary has 100,000 tokens, of which k = 50 count.
    private int Candidates(ReadOnlySpan<float> logits, DecodingScratch scratch)
    {
        scratch.EnsureVocabulary(logits.Length);
        float least = float.MinValue;
        if (settings.TopK > 0 && settings.TopK < logits.Length)
        {
            // The k-th greatest logit, found by halving over a copy.
            var copy = scratch.Keys.AsSpan(0, logits.Length);
            logits.CopyTo(copy);
            least = Greatest(copy, settings.TopK);
        }

        int count = 0;
        for (int token = 0; token < logits.Length; token++)
        {
            if (logits[token] < least || float.IsNegativeInfinity(logits[token])) continue;
            scratch.Tokens[count] = token;
            scratch.Keys[count++] = logits[token];
        }

        return count;
    }

    /// <summary>The k-th greatest of some numbers, whose order is changed.</summary>
    internal static float Greatest(Span<float> values, int k)
    {
        int low = 0, high = values.Length - 1;
        while (low < high)
        {
            float pivot = values[low + (high - low) / 2];
            int i = low, j = high;
            while (i <= j)
            {
                while (values[i] > pivot) i++;
                while (values[j] < pivot) j--;
                if (i > j) break;
                (values[i], values[j]) = (values[j], values[i]);
                i++;
                j--;
            }

            if (k - 1 <= j) high = j;
            else if (k - 1 >= i) low = i;
            else break;
        }

        return values[k - 1];
    }

    private (int Count, double Total) Nucleus(ReadOnlySpan<double> weights, double total)
    {
        double wanted = settings.TopP * total, sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i];
            if (sum >= wanted) return (i + 1, sum);
        }

        return (weights.Length, total);
    }

    private static void OrderEquals(ReadOnlySpan<float> keys, Span<int> tokens)
    {
        for (int start = 0, end; start < keys.Length; start = end)
        {
            for (end = start + 1; end < keys.Length && keys[end] == keys[start];) end++;
            if (end - start > 1) tokens[start..end].Sort();
        }
    }
}
