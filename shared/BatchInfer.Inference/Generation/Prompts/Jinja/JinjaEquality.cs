namespace BatchInfer.Inference;

/// <summary>Whether two values are the same as Python sees it: lists and mappings by what they hold.</summary>
internal static class JinjaEquality
{
    // A list may hold itself, and a few steps make one that holds itself many times over.
    private const int MaxDepth = 100, MaxPairs = 1_000_000;

    public static bool AreEqual(object? left, object? right)
    {
        int pairs = 0;
        return AreEqual(left, right, 0, ref pairs);
    }

    private static bool AreEqual(object? left, object? right, int depth, ref int pairs)
    {
        if (ReferenceEquals(left, right)) return true;
        if (depth > MaxDepth) throw new ChatTemplateException($"the template compares what is nested more than {MaxDepth} deep.");
        if (++pairs > MaxPairs) throw new ChatTemplateException("the template compares too much.");
        switch (left, right)
        {
            case (List<object?> a, List<object?> b):
                if (a.Count != b.Count) return false;
                for (int i = 0; i < a.Count; i++)
                    if (!AreEqual(a[i], b[i], depth + 1, ref pairs)) return false;
                return true;
            case (Dictionary<string, object?> a, Dictionary<string, object?> b):
                if (a.Count != b.Count) return false;
                foreach (var (name, value) in a)
                    if (!b.TryGetValue(name, out object? other) || !AreEqual(value, other, depth + 1, ref pairs)) return false;
                return true;
            default:
                return Number(left) is { } x && Number(right) is { } y ? SameNumber(x, y) : Equals(left, right);
        }
    }

    // True is 1 and false 0. Whole numbers stay whole while they meet whole ones.
    private static bool SameNumber(object x, object y) => (x, y) switch
    {
        (long a, double b) => a == b,
        (double a, long b) => a == b,
        (double a, double b) => a == b,
        _ => Equals(x, y),
    };

    private static object? Number(object? value) => value switch { bool flag => flag ? 1L : 0L, long or double => value, _ => null };
}
