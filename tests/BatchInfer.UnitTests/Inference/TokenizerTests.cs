using System.Text.Json.Nodes;
using BatchInfer.Inference;
using static BatchInfer.Tests.TestModelFolder;

namespace BatchInfer.UnitTests.Inference;

public sealed class TokenizerTests : IDisposable
{
    private readonly TestModelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Good FILMS!", "good film ##s !")]
    [InlineData("naïve Café re\u0301sume\u0301", "naive cafe resume")]
    [InlineData("中文film", "中 文 film")]
    [InlineData("go\u0000od\u200B\tbad\u00A0a\r\n", "good bad a")]
    [InlineData("$a!", "$ a !")]
    [InlineData("한", "ᄒ ##ᅡ ##ᆫ")]
    [InlineData("goodness", "[UNK]")]
    [InlineData("😀 good", "[UNK] good")]
    [InlineData("goodlylylylylylylylylyly", "[UNK]")]
    [InlineData("a [MASK] film", "a [MASK] film")]
    [InlineData("a[SEP]good", "a [SEP] good")]
    [InlineData("[mask]", "[UNK] [UNK] [UNK]")]
    [InlineData("\uD800good", "good")]
    [InlineData("", "")]
    [InlineData(" \t ", "")]
    public void A_text_has_the_tokens_that_Hugging_Face_gives(string text, string tokens)
    {
        var (ids, types, truncated) = Encode(text, null, 64);
        Assert.Equal([Cls, .. tokens.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Id), Sep], ids);
        Assert.All(types, t => Assert.Equal(0, t));
        Assert.False(truncated);
    }

    [Fact]
    public void A_cased_tokenizer_keeps_case_and_accents()
    {
        _folder.Tokenizer["normalizer"]!["lowercase"] = false;
        Assert.Equal([Cls, Id("é"), Unk, Sep], Encode("é É", null, 64).Ids);
    }

    [Fact]
    public void Accents_stay_when_the_file_says_so()
    {
        _folder.Tokenizer["normalizer"]!["strip_accents"] = false;
        Assert.Equal([Cls, Id("é"), Sep], Encode("É", null, 64).Ids);
    }

    [Fact]
    public void A_cut_text_keeps_its_closing_token()
    {
        var (ids, _, truncated) = Encode("good bad film a !", null, 4);
        Assert.Equal([Cls, Id("good"), Id("bad"), Sep], ids);
        Assert.True(truncated);
    }

    [Fact]
    public void A_text_at_the_limit_is_whole()
    {
        var (ids, _, truncated) = Encode("good bad", null, 4);
        Assert.Equal(4, ids.Length);
        Assert.False(truncated);
    }

    [Fact]
    public void A_pair_has_type_ids()
    {
        var (ids, types, _) = Encode("good film", "bad", 64);
        Assert.Equal([Cls, Id("good"), Id("film"), Sep, Id("bad"), Sep], ids);
        Assert.Equal([0, 0, 0, 0, 1, 1], types);
    }

    [Theory]
    [InlineData(10, 2, 9, 7, 2)]
    [InlineData(2, 10, 9, 2, 7)]
    [InlineData(10, 12, 9, 4, 5)]
    [InlineData(12, 10, 9, 5, 4)]
    [InlineData(10, 10, 1, 0, 1)]
    public void Of_a_pair_the_longer_text_is_cut_first(int first, int second, int room, int firstLeft, int secondLeft) =>
        Assert.Equal((firstLeft, secondLeft), PairTruncation.Cut(TruncationStrategy.LongestFirst, first, second, room, isPair: true));

    [Fact]
    public void A_BertProcessing_post_processor_gives_the_same()
    {
        _folder.Tokenizer["post_processor"] = JsonNode.Parse($$"""{"type":"BertProcessing","sep":["[SEP]",{{Sep}}],"cls":["[CLS]",{{Cls}}]}""");
        var (ids, types, _) = Encode("a", "good", 64);
        Assert.Equal([Cls, Id("a"), Sep, Id("good"), Sep], ids);
        Assert.Equal([0, 0, 0, 1, 1], types);
    }

    [Fact]
    public void Added_tokens_are_found_whole_the_longest_first_and_as_words_where_they_must_be()
    {
        var added = _folder.Tokenizer["added_tokens"]!.AsArray();
        added.Add(JsonNode.Parse("""{"id":100,"content":"film","single_word":true,"normalized":false}"""));
        added.Add(JsonNode.Parse("""{"id":101,"content":"<x","normalized":false}"""));
        added.Add(JsonNode.Parse("""{"id":102,"content":"<xy>","normalized":false}"""));
        added.Add(JsonNode.Parse("""{"id":103,"content":"Café-x","normalized":true}"""));
        Assert.Equal([Cls, 100, Id("film"), Id("##s"), Sep], Encode("film films", null, 64).Ids);
        Assert.Equal([Cls, Id("a"), 102, 101, Sep], Encode("a<xy><x", null, 64).Ids);
        Assert.Equal([Cls, Id("good"), 103, Id("a"), Sep], Encode("good CAFE-Xa", null, 64).Ids);
    }

    [Fact]
    public void A_vocabulary_with_holes_keeps_its_ids()
    {
        _folder.Tokenizer["model"]!["vocab"]!["far"] = 5000;
        Assert.Equal([Cls, 5000, Sep], Encode("far", null, 64).Ids);
    }

    private (int[] Ids, int[] Types, bool Truncated) Encode(string text, string? pair, int maxLength)
    {
        using var encoder = TextTokenizer.Load(_folder.Save()).CreateEncoder();
        using var tokens = new TokenBuffer();
        bool truncated = encoder.Encode(new TextInput(text, pair), new EncodeOptions(maxLength), tokens).TokensCut > 0;
        return (tokens.Ids.ToArray(), [.. tokens.TypeIds.ToArray().Select(t => (int)t)], truncated);
    }
}
