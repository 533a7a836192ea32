using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Tasks;

public sealed class FillMaskTests
{
    [Fact]
    public async Task One_mask_gives_a_list_of_tokens_with_the_filled_text()
    {
        using var folder = Guesser(16);
        await using var engine = folder.Load();
        var list = Parse((await engine.RunAsync("""{"top_k":2}""", "good [MASK]!"))[0].Json!);
        double sum = Math.Exp(3) + Math.Exp(2) + Math.Exp(1) + (TestModelFolder.Vocabulary.Length - 3);
        Assert.Equal([("film", "good film!", TestModelFolder.Id("film")), ("bad", "good bad!", TestModelFolder.Id("bad"))], list.Select(Describe));
        Assert.Equal([Math.Exp(3) / sum, Math.Exp(2) / sum], list.Select(e => e.GetProperty("score").GetDouble()), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public async Task Several_masks_give_a_list_for_each_with_the_others_in_sight()
    {
        using var folder = Guesser(16);
        await using var engine = folder.Load();
        var lists = Parse((await engine.RunAsync("""{"top_k":1}""", "[MASK] a [MASK]"))[0].Json!);
        Assert.Equal(["[CLS] film a [MASK] [SEP]", "[CLS] [MASK] a film [SEP]"], lists.Select(l => l[0].GetProperty("sequence").GetString()));
    }

    [Fact]
    public async Task Only_targets_are_scored_when_there_are_any()
    {
        using var folder = Guesser(16);
        await using var engine = folder.Load();
        var all = Parse((await engine.RunAsync("""{"top_k":3}""", "good [MASK]"))[0].Json!);
        var some = Parse((await engine.RunAsync("""{"targets":["cafe","bad"]}""", "good [MASK]"))[0].Json!);
        Assert.Equal(["bad", "cafe"], some.Select(e => e.GetProperty("token_str").GetString()));
        Assert.Equal(all.Skip(1).Select(e => e.GetProperty("score").GetDouble()), some.Select(e => e.GetProperty("score").GetDouble()));
    }

    [Fact]
    public async Task A_text_without_a_mask_is_an_error_row_also_when_the_mask_was_cut()
    {
        using var folder = Guesser(8);
        await using var engine = folder.Load();
        var rows = await engine.RunAsync("{}", "good", "a a a a a a a [MASK]", "[MASK]");
        Assert.Equal([ErrorCodes.MissingMask, ErrorCodes.MissingMask, null], rows.Select(r => r.ErrorCode));
    }

    [Fact]
    public async Task A_text_of_masks_alone_is_an_error_row_when_its_answer_would_be_its_square()
    {
        using var folder = Guesser(4096);
        await using var engine = folder.Load();
        string many = string.Concat(Enumerable.Repeat("[MASK] ", 2000));
        // The same text, of which the model reads ten tokens, is answered.
        var rows = await engine.RunAsync("{}", many, "[MASK]");
        var cut = await engine.RunAsync("""{"max_length":10}""", many);
        Assert.Equal([ErrorCodes.TooLong, null, null], rows.Concat(cut).Select(r => r.ErrorCode));
        Assert.Contains("2000 masks", rows[0].ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Windows_give_what_one_long_row_gives(int stride)
    {
        string text = "a [MASK] good good bad a film [MASK] a a a [MASK] bad!";
        using var wide = Guesser(64);
        using var narrow = Guesser(8);
        await using var whole = wide.Load();
        await using var windowed = narrow.Load();
        var rows = await windowed.RunAsync($$"""{"long_input":"window","stride":{{stride}}}""", text, "[MASK]");
        Assert.Equal((await whole.RunAsync("{}", text))[0].Json, rows[0].Json);
        Assert.NotNull(rows[1].Json);
    }

    private static TestModelFolder Guesser(int contextLength) => TinyModels.Guesser(contextLength, ("film", 3), ("bad", 2), ("cafe", 1));

    private static List<JsonElement> Parse(string json) => [.. JsonDocument.Parse(json).RootElement.EnumerateArray()];

    private static (string?, string?, int) Describe(JsonElement e) => (e.GetProperty("token_str").GetString(), e.GetProperty("sequence").GetString(), e.GetProperty("token").GetInt32());
}
