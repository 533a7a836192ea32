using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Tasks;

public sealed class LongInputTests
{
    private const string Text = "good bad film a cafe naive good bad film a cafe naive good bad film";

    [Fact]
    public async Task An_input_too_long_fails_on_demand_and_says_how_long_it_is()
    {
        using var folder = TinyModels.Embedder(8);
        await using var engine = folder.Load();
        var rows = await engine.RunAsync("""{"long_input":"fail"}""", "good", Text, "good bad film a cafe naive");
        Assert.Equal([null, ErrorCodes.TooLong, null], rows.Select(r => r.ErrorCode));
        Assert.Contains("has 17 tokens; at most 8", rows[1].ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_input_of_more_windows_than_one_record_may_cost_is_an_error_row()
    {
        using var folder = TinyModels.Embedder(8);
        await using var engine = folder.Load();
        // One token further a window, each of eight.
        var rows = await engine.RunAsync("""{"long_input":"window","stride":5}""", string.Concat(Enumerable.Repeat("a ", 1_100_000)), "good");
        Assert.Equal([ErrorCodes.TooLong, null], rows.Select(r => r.ErrorCode));
        Assert.Contains("more than 8388608 tokens to run", rows[0].ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Windows_of_an_embedding_weigh_by_their_tokens()
    {
        using var folder = TinyModels.Embedder(8);
        await using var engine = folder.Load();
        var windowed = (await engine.RunAsync("""{"long_input":"window","normalize":false}""", Text))[0];
        // Six tokens a window: two full ones and one of three, each with two tokens around it.
        var parts = await engine.RunAsync("""{"normalize":false}""", "good bad film a cafe naive", "good bad film");
        var expected = parts[0].Embedding!.Zip(parts[1].Embedding!, (full, rest) => ((2 * 8 * full) + (5 * rest)) / 21);
        Assert.Equal(expected, windowed.Embedding!, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal((21, 0), (windowed.Tokens, windowed.TokensCut));
        Assert.Equal(1, (await engine.RunAsync("""{"long_input":"window"}""", Text))[0].Embedding!.Sum(x => x * x), 1e-5f);
    }

    [Theory]
    [InlineData("mean", ((2 * 6) + (2 * 6)) / 16.0)]
    [InlineData("max", 2)]
    public async Task Windows_of_a_classifier_are_merged_by_their_logits(string aggregation, double logit)
    {
        // Windows of four, four and two words, each with two tokens around it: logits 2, 2 and 0 beside 0.
        using var folder = TinyModels.Adder(["no", "yes"], 6, ("good", [0, 1]), ("bad", [0, 0]));
        await using var engine = folder.Load();
        var row = (await engine.RunAsync($$"""{"long_input":"window","window_aggregation":"{{aggregation}}","top_k":1}""", "good good a a good good a a bad bad"))[0];
        var label = Assert.Single(JsonDocument.Parse(row.Json!).RootElement.EnumerateArray());
        Assert.Equal("yes", label.GetProperty("label").GetString());
        Assert.Equal(1 / (1 + Math.Exp(-logit)), label.GetProperty("score").GetDouble(), 1e-6);
    }

    [Fact]
    public async Task One_bad_window_spoils_its_input_and_no_other()
    {
        using var folder = TinyModels.Adder(["A", "B"], 6, ("broken", [float.NaN, 0]));
        await using var engine = folder.Load();
        var rows = await engine.RunAsync("""{"long_input":"window"}""", "good good good good broken good", "good good good good good good", "broken");
        Assert.Equal([ErrorCodes.InvalidOutput, null, ErrorCodes.InvalidOutput], rows.Select(r => r.ErrorCode));
    }

    [Fact]
    public async Task Dimensions_are_cut_before_the_vector_is_scaled()
    {
        using var folder = TinyModels.Embedder(16, width: 6);
        await using var engine = folder.Load();
        var raw = (await engine.RunAsync("""{"normalize":false}""", "good film"))[0].Embedding!;
        var cut = (await engine.RunAsync("""{"dimensions":2}""", "good film"))[0].Embedding!;
        float norm = MathF.Sqrt((raw[0] * raw[0]) + (raw[1] * raw[1]));
        Assert.Equal([raw[0] / norm, raw[1] / norm], cut, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public async Task A_prompt_stands_before_each_text_and_its_name_for_its_words()
    {
        using var folder = TinyModels.Embedder(16);
        folder.Write("config_sentence_transformers.json", """{"prompts":{"query":"good ","passage":"bad "},"default_prompt_name":"passage"}""");
        await using var engine = folder.Load();
        var plain = await engine.RunAsync("""{"prefix":""}""", "good film", "bad film");
        Assert.Equal(plain[0].Embedding!, (await engine.RunAsync("""{"prompt_name":"query"}""", "film"))[0].Embedding!);
        Assert.Equal(plain[0].Embedding!, (await engine.RunAsync("""{"prefix":"good "}""", "film"))[0].Embedding!);
        Assert.Equal(plain[1].Embedding!, (await engine.RunAsync("{}", "film"))[0].Embedding!);
        Assert.Equal("query, passage", string.Join(", ", engine.Descriptor.Prompts!.Keys));
    }
}
