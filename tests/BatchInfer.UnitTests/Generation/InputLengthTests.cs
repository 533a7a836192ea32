using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Inputs that are too long: refused, or cut. The model sees sixteen tokens.</summary>
public sealed class InputLengthTests
{
    [Fact]
    public async Task A_prompt_that_leaves_no_room_is_refused_with_its_length_or_cut_at_its_beginning()
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        var row = await engine.RunAsync([new TextInput(Words(16), null), new TextInput(Words(16) + " a a", null)], Parrot.Parameters(new() { ["max_new_tokens"] = 5 }));
        Assert.Equal((ErrorCodes.TooLong, ErrorCodes.TooLong), (row[0].ErrorCode, row[1].ErrorCode));
        Assert.Contains("16 tokens", row[0].ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("18 tokens; the model takes 16", row[1].ErrorMessage, StringComparison.Ordinal);
        var (json, cut) = await Parrot.OneAsync(engine, Words(16), new JsonObject { ["max_new_tokens"] = 5, ["truncation"] = true });
        Assert.Equal(" good films!", json.GetProperty("text").GetString());
        Assert.Equal(5, cut.TokensCut);
    }

    [Theory]
    [InlineData(1, """{"max_new_tokens":500}""", 0)]
    [InlineData(15, """{"max_new_tokens":5}""", 0)]
    [InlineData(15, """{"max_new_tokens":16}""", 0)]
    [InlineData(16, """{"max_new_tokens":5}""", 5)]
    [InlineData(16, """{"max_new_tokens":1}""", 1)]
    [InlineData(40, """{"max_new_tokens":5}""", 29)]
    [InlineData(40, """{"max_new_tokens":16}""", 32)]
    [InlineData(40, """{"max_new_tokens":500}""", 32)]
    [InlineData(9, """{"max_length":10}""", 0)]
    [InlineData(10, """{"max_length":10}""", 5)]
    [InlineData(40, """{"max_length":16}""", 32)]
    [InlineData(40, """{"max_length":2}""", 39)]
    public async Task Truncation_cuts_what_would_be_refused_and_leaves_the_rest_as_it_is(int words, string parameters, int cut)
    {
        using var model = Parrot.Create();
        // Else the model's own 128 new tokens go before a job's max_length.
        if (parameters.Contains("max_length", StringComparison.Ordinal)) model.Write("generation_config.json", """{"max_length":16}""");
        await using var engine = model.Load();
        var given = JsonNode.Parse(parameters)!.AsObject();
        var whole = Assert.Single(await engine.RunAsync([new TextInput(Words(words), null)], Parrot.Parameters((JsonObject)given.DeepClone())));
        Assert.Equal(cut > 0 ? ErrorCodes.TooLong : null, whole.ErrorCode);
        given["truncation"] = true;
        var row = Assert.Single(await engine.RunAsync([new TextInput(Words(words), null)], Parrot.Parameters(given)));
        Assert.Equal((null, cut), (row.ErrorMessage, row.TokensCut));
        if (cut == 0) Assert.Equal(whole.Json, row.Json);
        else Assert.StartsWith("""{"text":" good""", row.Json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 5, null, 0)]
    [InlineData(6, 5, "has 6 tokens, and max_length is 5", 1)]
    [InlineData(17, 5, "has 17 tokens; the model takes 16", 12)]
    [InlineData(17, 16, "has 17 tokens; the model takes 16", 1)]
    public async Task A_text_to_score_is_taken_up_to_max_length(int words, int maxLength, string? refusal, int cut)
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        string Parameters(bool truncation) => Parrot.Parameters(new() { ["max_length"] = maxLength, ["truncation"] = truncation });
        var row = Assert.Single(await engine.RunAsync([new TextInput(Words(words), null)], Parameters(false), TaskNames.TextScoring));
        Assert.Equal(refusal is null ? null : ErrorCodes.TooLong, row.ErrorCode);
        if (refusal is not null) Assert.Contains(refusal, row.ErrorMessage, StringComparison.Ordinal);
        row = Assert.Single(await engine.RunAsync([new TextInput(Words(words), null)], Parameters(true), TaskNames.TextScoring));
        Assert.Equal((null, Math.Min(words, maxLength), cut), (row.ErrorMessage, row.Tokens, row.TokensCut));
    }

    [Fact]
    public async Task A_text_too_long_to_be_read_is_refused_by_its_characters()
    {
        using var model = Parrot.Create();
        await using var engine = model.Load();
        var rows = await engine.RunAsync([new TextInput(new string('a', WindowTokenizer.MaxCharacters + 1), null), new TextInput("a", null)], Parrot.Parameters([]));
        Assert.Equal((ErrorCodes.TooLong, 0, null), (rows[0].ErrorCode, rows[0].Tokens, rows[1].ErrorCode));
        Assert.Contains("has 4194305 characters; at most 4194304", rows[0].ErrorMessage, StringComparison.Ordinal);
    }

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("bad", count - 1).Append("a"));
}
