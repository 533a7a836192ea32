using System.Buffers;
using System.ComponentModel;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>An answer as it goes out: its JSON and its strong tag. Never changed, so the cache hands it out as it is.</summary>
[ImmutableObject(true)]
internal sealed record CachedAnswer(string Tag, byte[] Body)
{
    /// <summary>Writes a found prediction once, for whoever asks the same.</summary>
    public static CachedAnswer Of(LookUpAnswer answer)
    {
        var prediction = answer.Prediction!;
        var body = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(body, JsonBody.WriterOptions)) LookUpWriter.Write(writer, answer);
        // The key names the content; with the time, since what was deleted and computed again is another answer.
        return new CachedAnswer(
            string.Create(CultureInfo.InvariantCulture, $"\"{prediction.Key:N}-{prediction.CreatedAt.UtcTicks:x}\""), body.WrittenSpan.ToArray());
    }

    public static CachedAnswer Parse(ReadOnlySequence<byte> bytes)
    {
        var tag = bytes.Slice(0, bytes.PositionOf((byte)'\n') ?? throw new FormatException("This is no cached answer."));
        return new CachedAnswer(Encoding.ASCII.GetString(tag), bytes.Slice(tag.Length + 1).ToArray());
    }

    public void Write(IBufferWriter<byte> target)
    {
        Encoding.ASCII.GetBytes(Tag, target);
        target.Write("\n"u8);
        target.Write(Body);
    }
}
