using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>Writes what became of an input as the task's output.</summary>
internal sealed class GenerationOutput(TextTokenizer tokenizer, ContinuedText continued, GenerationCall call)
{
    private readonly ArrayBufferWriter<byte> _json = new(1024);

    public RowOutput Row(in GenerationResult result)
    {
        var request = result.Request;
        if (result.ErrorCode is { } code) return RowOutput.Failed(request.Index, request.Ids.Length, code, result.ErrorMessage!);
        int tokens = request.Ids.Length + (call.Scoring is null ? result.NewTokens : 0);
        return new RowOutput(request.Index, Json(result), null, tokens, tokens, request.TokensCut, null, null);
    }

    private string Json(in GenerationResult result)
    {
        _json.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            bool several = call.Settings.NumReturnSequences > 1;
            if (several) writer.WriteStartArray();
            foreach (var text in result.Texts) Write(writer, result.Request, text);
            if (several) writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(_json.WrittenSpan);
    }

    private void Write(Utf8JsonWriter writer, GenerationRequest request, GeneratedSequence sequence)
    {
        double sum = 0;
        foreach (float logProbability in sequence.LogProbabilities) sum += logProbability;
        double mean = sequence.Tokens.Length > 0 ? sum / sequence.Tokens.Length : 0;
        writer.WriteStartObject();
        if (call.Scoring is null) writer.WriteString("text", Text(request, sequence));
        writer.WriteNumber("tokens", sequence.Tokens.Length);
        if (call.Scoring is null) writer.WriteString("finish_reason", sequence.FinishReason == FinishReason.Length ? "length" : "stop");
        // Seven digits: what single precision has.
        writer.WriteNumber("sum_logprob", Finite(sum));
        writer.WriteNumber("mean_logprob", Finite(mean));
        // Beyond exp(700) a double ends; such a text is impossible whatever the number.
        if (call.Scoring is not null) writer.WriteNumber("perplexity", Finite(Math.Exp(-mean)));
        if (call.Settings.ReturnLogprobs) WriteTokens(writer, sequence);
        writer.WriteEndObject();
    }

    private void WriteTokens(Utf8JsonWriter writer, GeneratedSequence sequence)
    {
        writer.WriteStartArray("token_logprobs");
        for (int i = 0; i < sequence.Tokens.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", sequence.Tokens[i]);
            writer.WriteString("token", tokenizer.Token(sequence.Tokens[i]) ?? "");
            writer.WriteNumber("logprob", Finite(sequence.LogProbabilities[i]));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // A token that must come is written though the model may say that it cannot: −∞, for which JSON has no number.
    private static float Finite(double value) => (float)Math.Clamp(value, float.MinValue, float.MaxValue);

    private string Text(GenerationRequest request, GeneratedSequence sequence)
    {
        string text = continued.Answer(request.Ids, sequence.Tokens);
        if (sequence.FinishReason == FinishReason.StopString && call.StopStrings!.Find(text) is >= 0 and var at) text = text[..at];
        // The bytes of a character that has not come to its end are no text.
        return text.TrimEnd('\uFFFD');
    }
}
