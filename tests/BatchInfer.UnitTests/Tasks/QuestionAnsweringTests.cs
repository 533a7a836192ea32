using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Tasks;

public sealed class QuestionAnsweringTests
{
    [Fact]
    public async Task The_likeliest_span_is_the_answer_with_its_place_in_the_context()
    {
        using var folder = Reader(32);
        await using var engine = folder.Load();
        var answer = await AnswerAsync(engine, "good a?", "😀 bad good film, a");
        // Starts: 😀 0, bad 0, good 5, film 1, a 0, and [CLS] 0; ends: film 4. All others have logits of 0.
        double start = Math.Exp(5) / (Math.Exp(5) + Math.Exp(1) + 5), end = Math.Exp(4) / (Math.Exp(4) + 6);
        Assert.Equal(("good film", 6, 15), (answer.GetProperty("answer").GetString(), answer.GetProperty("start").GetInt32(), answer.GetProperty("end").GetInt32()));
        Assert.Equal(start * end, answer.GetProperty("score").GetDouble(), 1e-5);
    }

    [Fact]
    public async Task Answers_that_come_to_the_same_words_are_one()
    {
        using var folder = Reader(32);
        await using var engine = folder.Load();
        var answers = await AnswerAsync(engine, "a", "good film a GOOD film", """{"top_k":2,"max_answer_len":2}""");
        Assert.Equal("good film", answers[0].GetProperty("answer").GetString());
        Assert.Equal(2, answers.GetArrayLength());
        double start = Math.Exp(5) / (2 * Math.Exp(5) + 2 * Math.Exp(1) + 2), end = Math.Exp(4) / (2 * Math.Exp(4) + 4);
        Assert.Equal(2 * start * end, answers[0].GetProperty("score").GetDouble(), 1e-5);
    }

    [Theory]
    [InlineData(true, "films")]
    [InlineData(false, "film")]
    public async Task An_answer_is_widened_to_words_on_demand(bool align, string text)
    {
        using var folder = Reader(32);
        await using var engine = folder.Load();
        var answer = await AnswerAsync(engine, "a", "bad films", $$"""{"align_to_words":{{(align ? "true" : "false")}},"max_answer_len":1}""");
        Assert.Equal(text, answer.GetProperty("answer").GetString());
    }

    [Fact]
    public async Task No_answer_is_an_answer_on_demand()
    {
        using var folder = TinyModels.Reader(32, ("[CLS]", 9, 9), ("film", 1, 1));
        await using var engine = folder.Load();
        Assert.Equal("film", (await AnswerAsync(engine, "a", "bad film")).GetProperty("answer").GetString());
        var none = await AnswerAsync(engine, "a", "bad film", """{"handle_impossible_answer":true}""");
        Assert.Equal(("", 0, 0), (none.GetProperty("answer").GetString(), none.GetProperty("start").GetInt32(), none.GetProperty("end").GetInt32()));
        Assert.InRange(none.GetProperty("score").GetDouble(), 0.99, 1);
    }

    [Fact]
    public async Task A_long_context_is_read_in_windows_and_a_question_alone_fails()
    {
        using var folder = Reader(16);
        await using var engine = folder.Load();
        string context = string.Join(' ', Enumerable.Repeat("bad", 50)) + " good film " + string.Join(' ', Enumerable.Repeat("a", 30));
        var answer = await AnswerAsync(engine, "a", context, """{"doc_stride":4}""");
        Assert.Equal(("good film", 200), (answer.GetProperty("answer").GetString(), answer.GetProperty("start").GetInt32()));
        var cut = await engine.RunAsync([new("a", context)], """{"long_input":"truncate"}""");
        Assert.True(cut[0].TokensCut > 50);
        var rows = await engine.RunAsync([new("a", null), new(string.Join(' ', Enumerable.Repeat("a", 14)), context)]);
        Assert.Equal([ErrorCodes.MissingField, ErrorCodes.TooLong], rows.Select(r => r.ErrorCode));
    }

    private static TestModelFolder Reader(int contextLength) => TinyModels.Reader(contextLength, ("good", 5, 0), ("film", 1, 4));

    private static async Task<JsonElement> AnswerAsync(InferenceEngine engine, string question, string context, string parameters = "{}")
    {
        var row = Assert.Single(await engine.RunAsync([new TextInput(question, context)], parameters));
        Assert.Null(row.ErrorMessage);
        return JsonDocument.Parse(row.Json!).RootElement;
    }
}
