using BatchInfer.Inference;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>The inputs of one run, laid out beforehand.</summary>
internal sealed class PackedBatch : IDisposable
{
    public PackedBatch(IReadOnlyList<OnnxTensorInfo> inputs, List<TokenizedText> rows)
    {
        int longest = rows[0].Ids.Length;
        long[] shape = [rows.Count, longest];
        PaddedTokens = rows.Count * longest;
        Names = [.. inputs.Select(i => i.Name)];
        Values = [.. inputs.Select(input => Create(input, rows, longest, shape))];
    }

    public string[] Names { get; }

    public OrtValue[] Values { get; }

    public long PaddedTokens { get; }

    public void Dispose()
    {
        foreach (var value in Values) value.Dispose();
    }

    private static OrtValue Create(OnnxTensorInfo input, List<TokenizedText> rows, int longest, long[] shape)
    {
        long[] values = new long[rows.Count * longest];
        for (int row = 0; row < rows.Count; row++)
        {
            for (int t = 0; t < rows[row].Ids.Length; t++)
                values[row * longest + t] = input.Name switch { "input_ids" => rows[row].Ids[t], "attention_mask" => 1, _ => rows[row].TypeIds[t] };
        }

        return input.ElementType == OnnxTensorInfo.Int32
            ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, v => (int)v), shape)
            : OrtValue.CreateTensorValueFromMemory(values, shape);
    }
}
