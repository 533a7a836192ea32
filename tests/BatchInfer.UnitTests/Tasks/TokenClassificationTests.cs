using System.Text.Json;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Tasks;

public sealed class TokenClassificationTests
{
    private static readonly string[] Labels = ["O", "B-PER", "I-PER", "LOC"];

    [Theory]
    [InlineData("none", "good bad a film film", "good B-PER 0-4, bad I-PER 5-8, film LOC 11-15, film LOC 16-20")]
    [InlineData("simple", "good bad a film film", "good bad PER 0-8, film film LOC 11-20")]
    [InlineData("simple", "good good", "good PER 0-4, good PER 5-9")]
    [InlineData("simple", "bad a bad", "bad PER 0-3, bad PER 6-9")]
    // The word's parts disagree: "film" is a place, "##s" is surely nothing, "##ly" is a person.
    [InlineData("none", "films", "film LOC 0-4")]
    [InlineData("simple", "films", "film LOC 0-4")]
    [InlineData("first", "films", "films LOC 0-5")]
    [InlineData("average", "films", "")]
    [InlineData("max", "films", "")]
    [InlineData("average", "filmly", "filmly LOC 0-6")]
    [InlineData("max", "filmly film", "filmly film LOC 0-11")]
    // Code points, not UTF-16: the emoji is one. What the vocabulary lacks is shown as it stands in the text.
    [InlineData("simple", "😀 good", "😀 LOC 0-1, good PER 2-6")]
    [InlineData("first", "GOOD Bad!", "good bad PER 0-8")]
    [InlineData("simple", "a", "")]
    public async Task Tokens_become_entities(string strategy, string text, string entities)
    {
        using var folder = Tagger(16);
        await using var engine = folder.Load();
        var row = Assert.Single(await engine.RunAsync($$"""{"aggregation_strategy":"{{strategy}}"}""", text));
        Assert.Null(row.ErrorMessage);
        Assert.Equal(entities, Describe(row.Json!));
    }

    [Fact]
    public async Task Scores_are_softmaxes_and_of_a_group_their_mean()
    {
        using var folder = Tagger(16);
        await using var engine = folder.Load();
        var tokens = JsonDocument.Parse((await engine.RunAsync("{}", "good bad"))[0].Json!).RootElement;
        double good = Math.Exp(3) / (Math.Exp(3) + 3), bad = Math.Exp(4) / (Math.Exp(4) + 3);
        Assert.Equal([good, bad], tokens.EnumerateArray().Select(t => t.GetProperty("score").GetDouble()), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([1, 2], tokens.EnumerateArray().Select(t => t.GetProperty("index").GetInt32()));
        var group = JsonDocument.Parse((await engine.RunAsync("""{"aggregation_strategy":"simple"}""", "good bad"))[0].Json!).RootElement[0];
        Assert.Equal((good + bad) / 2, group.GetProperty("score").GetDouble(), 1e-6);
    }

    [Fact]
    public async Task Labels_to_leave_out_are_the_jobs_choice()
    {
        using var folder = Tagger(16);
        await using var engine = folder.Load();
        Assert.Equal("a O 5-6", Describe((await engine.RunAsync("""{"ignore_labels":["B-PER"]}""", "good a"))[0].Json!));
        Assert.Equal("a O 5-6", Describe((await engine.RunAsync("""{"ignore_labels":"PER, LOC","aggregation_strategy":"simple"}""", "good a"))[0].Json!));
    }

    [Theory]
    [InlineData("none", 0)]
    [InlineData("simple", 1)]
    [InlineData("simple", 3)]
    [InlineData("max", 4)]
    public async Task Windows_give_what_one_long_row_gives(string strategy, int stride)
    {
        string[] words = ["good", "bad", "films", "a", "filmly", "film", "😀"];
        string text = string.Join(' ', Enumerable.Range(0, 60).Select(i => words[((i * i) + (i / 7)) % words.Length]));
        using var wide = Tagger(256);
        using var narrow = Tagger(12);
        await using var whole = wide.Load();
        await using var windowed = narrow.Load();
        var expected = (await whole.RunAsync($$"""{"aggregation_strategy":"{{strategy}}"}""", text))[0];
        string parameters = $$"""{"aggregation_strategy":"{{strategy}}","long_input":"window","stride":{{stride}}}""";
        var rows = await windowed.RunAsync(parameters, text, "good", text);
        Assert.Equal(expected.Json, rows[0].Json);
        Assert.Equal(rows[0].Json, rows[2].Json);
        Assert.Equal(0, rows[0].TokensCut);
        Assert.True(rows[0].Tokens > expected.Tokens, "each window has tokens of its own around it");
        var cut = (await windowed.RunAsync("{}", text))[0];
        Assert.Equal((12, expected.Tokens - 12), (cut.Tokens, cut.TokensCut));
    }

    private static TestModelFolder Tagger(int contextLength) => TinyModels.Tagger(Labels, contextLength,
        ("good", "B-PER", 3), ("bad", "I-PER", 4), ("film", "LOC", 4), ("##s", "O", 9), ("##ly", "I-PER", 2), ("a", "O", 5), ("!", "O", 5), ("[UNK]", "LOC", 3));

    private static string Describe(string json) => string.Join(", ", JsonDocument.Parse(json).RootElement.EnumerateArray().Select(e =>
        $"{e.GetProperty("word")} {(e.TryGetProperty("entity", out var token) ? token : e.GetProperty("entity_group"))} {e.GetProperty("start")}-{e.GetProperty("end")}"));
}
