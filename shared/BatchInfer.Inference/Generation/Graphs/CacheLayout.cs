using System.Text.RegularExpressions;

namespace BatchInfer.Inference;

/// <summary>One tensor of a key–value cache, as a graph takes and gives it.</summary>
/// <param name="Past">Name of the input.</param>
/// <param name="Present">Name of the output.</param>
/// <param name="ElementType">Element type of both.</param>
/// <param name="Shape">Sizes, −1 for rows and tokens: [rows, heads, tokens, size], or [2, rows, heads, tokens, size] with keys and values in one.</param>
/// <param name="IsCross">Whether it holds the source of an encoder–decoder, which does not grow.</param>
internal sealed record CacheTensor(string Past, string Present, int ElementType, long[] Shape, bool IsCross)
{
    /// <summary>Which dimension counts the rows.</summary>
    public int RowAxis => Shape.Length - 4;

    /// <summary>Which dimension counts the tokens.</summary>
    public int TokenAxis => Shape.Length - 2;

    /// <summary>Bytes of one token of one row.</summary>
    public long TokenBytes => Shape.Where(d => d > 0).Aggregate(1L, (product, size) => product * size) * (ElementType == OnnxTensorInfo.Float16 ? 2 : 4);

    public long[] ShapeOf(int rows, int tokens)
    {
        long[] shape = [.. Shape];
        (shape[RowAxis], shape[TokenAxis]) = (rows, tokens);
        return shape;
    }
}

/// <summary>The key–value cache of a decoder: its tensors in the order in which they are kept.</summary>
internal static partial class CacheLayout
{
    /// <summary>Reads the tensors from the inputs of the graph that takes them.</summary>
    /// <param name="file">The decoder that takes a cache.</param>
    /// <param name="heads">Heads to stand in where the graph does not say how many, from the config.</param>
    /// <param name="headSize">Size of a head, likewise.</param>
    /// <returns>Empty for a graph without cache inputs.</returns>
    public static IReadOnlyList<CacheTensor> Read(ModelGraph file, int? heads, int? headSize)
    {
        var tensors = new List<CacheTensor>();
        foreach (var input in file.Graph.Inputs)
        {
            if (!IsPast(input.Name)) continue;
            if (input.ElementType is not (OnnxTensorInfo.Float or OnnxTensorInfo.Float16))
                throw Wrong(file, $"keeps the cache {input} in element type {input.ElementType}; only float32 and float16 are supported");
            if (input.Shape is not ({ Length: 4 } or { Length: 5 })) throw Wrong(file, $"takes the cache {input}, which has not 4 or 5 dimensions");
            long[] shape = [.. input.Shape];
            int rank = shape.Length;
            if (rank == 5) shape[0] = 2;
            shape[rank - 4] = shape[rank - 2] = -1;
            if (shape[rank - 3] < 0) shape[rank - 3] = heads ?? throw Wrong(file, $"does not say how many heads {input} has, nor does config.json");
            if (shape[rank - 1] < 0) shape[rank - 1] = headSize ?? throw Wrong(file, $"does not say how large the heads of {input} are, nor does config.json");
            tensors.Add(new CacheTensor(input.Name, PresentOf(input.Name), input.ElementType, shape, input.Name.Contains(".encoder.", StringComparison.Ordinal)));
        }

        return tensors;
    }

    public static bool IsPast(string input) => PastName().IsMatch(input);

    // past_key_values.0.key → present.0.key; past_0 → present_0.
    private static string PresentOf(string past) => past.StartsWith("past_key_values", StringComparison.Ordinal)
        ? "present" + past["past_key_values".Length..]
        : "present" + past["past".Length..];

    private static ModelFormatException Wrong(ModelGraph file, string what) => new($"{file.Path} {what}. Export the model again, e.g. with Optimum.");

    [GeneratedRegex(@"^(past_key_values\.\d+\.((decoder|encoder)\.)?(key|value)|past_\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex PastName();
}
