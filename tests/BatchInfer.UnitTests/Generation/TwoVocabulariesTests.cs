using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>
/// A translator whose texts have another vocabulary than its sources, <c>tokenizer_target.json</c>: it writes the tokens that the same
/// graphs write without one, and only what they are called differs.
/// </summary>
public sealed class TwoVocabulariesTests
{
    // Its end of a text has another id than that of the sources.
    private static readonly string[] Target = ["[PAD]", "[UNK]", "[BOS]", "null", "eins", "zwei", "drei", "[EOS]", "vier", "sechs", "sieben", "acht"];
    private static readonly int End = Array.IndexOf(Target, "[EOS]");
    private static readonly TextInput[] Sources = [.. TinyTranslator.Texts(60).Select(t => new TextInput(t, null))];

    [Fact]
    public async Task Sources_are_read_by_the_one_and_texts_written_by_the_other()
    {
        var expected = await TokensAsync($$"""{"eos_token_id":{{End}}}""");
        Assert.Contains(expected, t => t[^1] == End);
        Assert.Contains(expected, t => t[^1] != End);
        using var folder = new TemporaryModel(target: Target, generation: new JsonObject { ["eos_token_id"] = End });
        await using var engine = folder.Load();
        var rows = await RunAsync(engine, """{"return_logprobs":true}""");
        for (int i = 0; i < rows.Length; i++)
        {
            var tokens = rows[i].GetProperty("token_logprobs").EnumerateArray().ToList();
            Assert.Equal(expected[i], tokens.Select(t => t.GetProperty("id").GetInt32()));
            Assert.Equal(expected[i].Select(t => Target[t]), tokens.Select(t => t.GetProperty("token").GetString()));
            Assert.Equal(Text(expected[i]), rows[i].GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task A_text_ends_where_its_own_vocabulary_says()
    {
        // No file names the token: it is the one that the tokenizer config calls the end, in the texts' vocabulary.
        var expected = await TokensAsync($$"""{"eos_token_id":{{End}}}""");
        using var folder = new TemporaryModel(target: Target, generation: new JsonObject { ["eos_token_id"] = null });
        await using var engine = folder.Load();
        Assert.Equal(expected.Select(Text), (await RunAsync(engine, "{}")).Select(r => r.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_stop_string_is_in_the_texts_own_words()
    {
        var expected = await TokensAsync($$"""{"eos_token_id":{{End}}}""");
        using var folder = new TemporaryModel(target: Target, generation: new JsonObject { ["eos_token_id"] = End });
        await using var engine = folder.Load();
        string stop = Target[expected.SelectMany(t => t).First(t => t > 2 && t != End)];
        string[] texts = [.. (await RunAsync(engine, new JsonObject { ["stop_strings"] = new JsonArray(stop) }.ToJsonString())).Select(r => r.GetProperty("text").GetString()!)];
        Assert.Contains(expected, t => Text(t).Contains(stop, StringComparison.Ordinal));
        Assert.Equal(expected.Select(t => Text(t).Split(stop)[0]), texts);
    }

    private static string Text(int[] tokens) => string.Join(' ', tokens.Select(t => Target[t]).Where(t => t[0] != '['));

    // What the graphs write, by a model of one vocabulary.
    private static async Task<int[][]> TokensAsync(string parameters)
    {
        using var folder = new TemporaryModel();
        await using var engine = folder.Load();
        var given = InferenceParameters.Parse(parameters).With(InferenceParameters.Parse("""{"return_logprobs":true}"""));
        return [.. (await RunAsync(engine, given.CanonicalJson)).Select(r => r.GetProperty("token_logprobs").EnumerateArray().Select(t => t.GetProperty("id").GetInt32()).ToArray())];
    }

    private static async Task<JsonElement[]> RunAsync(InferenceEngine engine, string parameters) =>
        [.. (await engine.RunAsync(Sources, parameters)).Select(r => JsonDocument.Parse(r.Json!).RootElement)];
}
