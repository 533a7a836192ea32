using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

public sealed class TokenWindowTests
{
    // Each letter of a text is a word and a token.
    private readonly TextTokenizer _tokenizer = TestTokenizers.Load("bert uncased");

    [Theory]
    [InlineData("LongestFirst", "Right", "a b [SEP] c d e")]
    [InlineData("LongestFirst", "Left", "d e [SEP] e f g")]
    [InlineData("OnlyFirst", "Right", null)]
    [InlineData("OnlySecond", "Right", null)]
    public void A_pair_is_cut_by_its_strategy_and_side(string strategy, string side, string? expected)
    {
        var options = new EncodeOptions(8) { Strategy = Enum.Parse<TruncationStrategy>(strategy), Side = Enum.Parse<TruncationSide>(side) };
        var (rows, result) = Encode("a b c d e", "c d e f g", (e, i, b) => e.Encode(i, options, b));
        Assert.Equal(expected is not null, result.Fits);
        Assert.Equal(expected is null ? [] : [$"[CLS] {expected} [SEP]"], rows);
        Assert.Equal(expected is null ? 0 : 5, result.TokensCut);
    }

    [Theory]
    [InlineData("OnlyFirst", "[CLS] a b [SEP] e f g [SEP]")]
    [InlineData("OnlySecond", "[CLS] a b c d [SEP] e [SEP]")]
    public void Only_the_text_that_the_strategy_names_gives_way(string strategy, string expected)
    {
        var options = new EncodeOptions(8) { Strategy = Enum.Parse<TruncationStrategy>(strategy) };
        var (rows, result) = Encode("a b c d", "e f g", (e, i, b) => e.Encode(i, options, b));
        Assert.Equal([expected], rows);
        Assert.Equal(new EncodeResult(1, 2, true), result);
    }

    [Fact]
    public void Windows_overlap_and_keep_their_special_tokens()
    {
        var (rows, result) = Encode("a b c d e f g", null, (e, i, b) => e.EncodeWindows(i, new EncodeOptions(5), 1, b));
        Assert.Equal(["[CLS] a b c [SEP]", "[CLS] c d e [SEP]", "[CLS] e f g [SEP]"], rows);
        Assert.Equal(new EncodeResult(3, 0, true), result);
    }

    [Fact]
    public void Windows_of_a_pair_slide_over_the_second_text()
    {
        var (rows, _) = Encode("a b", "c d e f", (e, i, b) => e.EncodeWindows(i, new EncodeOptions(8), 2, b));
        Assert.Equal(["[CLS] a b [SEP] c d e [SEP]", "[CLS] a b [SEP] d e f [SEP]"], rows);
    }

    [Theory]
    [InlineData("a b c d e f g h", null, 5, 1, 19)]
    [InlineData("a b c d e f g", null, 5, 1, 15)]
    [InlineData("a b c d e f g", null, 5, 2, 25)]
    [InlineData("a b", "c d e f", 8, 2, 16)]
    [InlineData("a b", null, 5, 100, 4)]
    public void Windows_of_more_tokens_than_are_taken_are_not_made(string text, string? pair, int length, int overlap, int tokens)
    {
        var (rows, result) = Encode(text, pair, (e, i, b) => e.EncodeWindows(i, new EncodeOptions(length), overlap, b, tokens));
        Assert.Equal(tokens, rows.Sum(r => r.Split(' ').Length));
        Assert.True(result.Fits);
        var (none, refused) = Encode(text, pair, (e, i, b) => e.EncodeWindows(i, new EncodeOptions(length), overlap, b, tokens - 1));
        Assert.Empty(none);
        Assert.Equal(EncodeResult.TooManyTokens, refused);
    }

    [Fact]
    public void A_text_that_fits_is_one_window_and_an_empty_one_too()
    {
        Assert.Equal(["[CLS] a b [SEP]"], Encode("a b", null, (e, i, b) => e.EncodeWindows(i, new EncodeOptions(4), 100, b)).Rows);
        Assert.Equal(["[CLS] [SEP]"], Encode("", null, (e, i, b) => e.EncodeWindows(i, new EncodeOptions(4), 100, b)).Rows);
    }

    [Fact]
    public void A_question_that_leaves_no_room_does_not_fit() =>
        Assert.False(Encode("a b c d e", "f g", (e, i, b) => e.EncodeWindows(i, new EncodeOptions(9), 1, b)).Result.Fits);

    [Fact]
    public void A_limit_below_the_special_tokens_does_not_fit() =>
        Assert.False(Encode("a", null, (e, i, b) => e.Encode(i, new EncodeOptions(1), b)).Result.Fits);

    [Fact]
    public void Offsets_in_windows_are_those_of_the_whole_text()
    {
        using var encoder = _tokenizer.CreateEncoder();
        using var buffer = new TokenBuffer(withDetails: true);
        const string text = "a  b c\td e f";
        encoder.EncodeWindows(new TextInput(text, null), new EncodeOptions(5), 1, buffer);
        var found = new List<string>();
        for (int row = 0; row < buffer.RowCount; row++)
            foreach (var detail in buffer.DetailsOf(row))
                found.Add(detail.IsSpecial ? "|" : text[detail.Start..detail.End]);
        Assert.Equal("| a b c | | c d e | | e f |", string.Join(' ', found));
    }

    private (string[] Rows, EncodeResult Result) Encode(string text, string? pair, Func<TextEncoder, TextInput, TokenBuffer, EncodeResult> encode)
    {
        using var encoder = _tokenizer.CreateEncoder();
        using var buffer = new TokenBuffer();
        var result = encode(encoder, new TextInput(text, pair), buffer);
        return ([.. Enumerable.Range(0, buffer.RowCount).Select(r => string.Join(' ', buffer.IdsOf(r).ToArray().Select(_tokenizer.Token)))], result);
    }
}
