using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>Logits to all labels with scores, the best first, as Hugging Face's pipeline writes them with <c>top_k=None</c>.</summary>
internal sealed class ClassificationDecoder : ITaskDecoder
{
    private static readonly JsonEncodedText LabelName = JsonEncodedText.Encode("label"), ScoreName = JsonEncodedText.Encode("score");
    private readonly JsonEncodedText[] _labels;
    private readonly bool _sigmoid;

    [ThreadStatic] private static Scratch? _scratch;

    public ClassificationDecoder(OnnxTensorInfo source, IReadOnlyList<string> labels, bool sigmoid)
    {
        Source = source;
        _labels = [.. labels.Select(l => JsonEncodedText.Encode(l, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];
        _sigmoid = sigmoid;
    }

    public OnnxTensorInfo Source { get; }

    public bool TryDecode(ReadOnlySpan<float> values, int width, int tokens, out string? json, out float[]? embedding)
    {
        (json, embedding) = (null, null);
        var scratch = _scratch ??= new Scratch();
        scratch.EnsureLabels(width);
        Span<float> scores = scratch.Scores.AsSpan(0, width);
        if (!(_sigmoid ? Scores.TrySigmoid(values[..width], scores) : Scores.TrySoftmax(values[..width], scores))) return false;
        Span<int> order = scratch.Order.AsSpan(0, width);
        Rank(scores, order);
        json = Write(scratch, scores, order);
        return true;
    }

    // Stable, so that equal scores keep the labels' order; the labels of a classifier are few.
    private static void Rank(ReadOnlySpan<float> scores, Span<int> order)
    {
        for (int i = 0; i < scores.Length; i++)
        {
            int at = i;
            for (; at > 0 && scores[order[at - 1]] < scores[i]; at--) order[at] = order[at - 1];
            order[at] = i;
        }
    }

    private string Write(Scratch scratch, ReadOnlySpan<float> scores, ReadOnlySpan<int> order)
    {
        scratch.Json.ResetWrittenCount();
        scratch.Writer.Reset(scratch.Json);
        scratch.Writer.WriteStartArray();
        foreach (int label in order)
        {
            scratch.Writer.WriteStartObject();
            scratch.Writer.WriteString(LabelName, _labels[label]);
            scratch.Writer.WriteNumber(ScoreName, scores[label]);
            scratch.Writer.WriteEndObject();
        }

        scratch.Writer.WriteEndArray();
        scratch.Writer.Flush();
        return Encoding.UTF8.GetString(scratch.Json.WrittenSpan);
    }

    private sealed class Scratch
    {
        public Scratch() => Writer = new Utf8JsonWriter(Json, new JsonWriterOptions { SkipValidation = true });

        public ArrayBufferWriter<byte> Json { get; } = new(1024);

        public Utf8JsonWriter Writer { get; }

        public float[] Scores { get; private set; } = [];

        public int[] Order { get; private set; } = [];

        public void EnsureLabels(int count)
        {
            if (Scores.Length >= count) return;
            Scores = new float[count];
            Order = new int[count];
        }
    }
}
