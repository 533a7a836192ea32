namespace BatchInfer.Benchmarks.Generation;

/// <summary>As many prompts as wanted, no two alike: a job predicts equal ones once, so that they would count for nothing.</summary>
internal static class DistinctTexts
{
    /// <summary>The first texts; when they are too few, the same with the first word of the next one behind it, the first two, and so on.</summary>
    public static List<string> Take(IReadOnlyList<string> texts, int count)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var taken = new List<string>(count);
        for (int words = 0; words < texts.Count && taken.Count < count; words++)
            for (int i = 0; i < texts.Count && taken.Count < count; i++)
            {
                string text = string.Join(' ', texts[(i + words) % texts.Count].Split(' ').Take(words).Prepend(texts[i]));
                if (seen.Add(text)) taken.Add(text);
            }

        return taken.Count == count ? taken : throw new ArgumentException($"The file gives {taken.Count} different prompts: ask for as many with --rows, or take a longer one.");
    }
}
