using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

public sealed class SubwordModelTests
{
    private const string Unigram =
        """{"type":"Unigram","unk_id":0,"byte_fallback":BYTES,"vocab":[["<unk>",0],["a",-1],["b",-1],["ab",-1.5],["abc",-9],["c",-1],["<0xC3>",-9],["<0xA9>",-9]]}""";

    [Theory]
    [InlineData("""["a b","ab c"]""", "abc", "abc")]
    [InlineData("""[["a","b"],["ab","c"]]""", "abc", "abc")]
    [InlineData("""["b c","a b"]""", "abc", "a bc")]
    [InlineData("""["a a"]""", "aaaaa", "aa aa a")]
    [InlineData("""["a b"]""", "ab ab", "ab Ġ ab")]
    public void BPE_merges_in_the_order_of_the_file(string merges, string text, string tokens) => Assert.Equal(tokens, Bpe(merges).Tokens(text));

    [Fact]
    public void A_long_word_is_merged_as_a_short_one()
    {
        string word = string.Concat(Enumerable.Repeat("abc", 300));
        Assert.Equal(string.Join(' ', Enumerable.Repeat("abc", 300)), Bpe("""["a b","ab c"]""").Tokens(word));
    }

    [Fact]
    public void A_word_is_cut_the_same_when_it_comes_again()
    {
        var tokenizer = Bpe("""["a b"]""");
        Assert.Equal(tokenizer.Tokens("abc"), tokenizer.Tokens("abc"));
    }

    [Fact]
    public void Ignored_merges_take_a_word_that_the_vocabulary_has()
    {
        Assert.Equal("abc", Bpe("""["b c"]""", ""","ignore_merges":true""").Tokens("abc"));
        Assert.Equal("a bc", Bpe("""["b c"]""").Tokens("abc"));
    }

    [Theory]
    [InlineData("""{"type":"BPE","vocab":{"?":0,"a":1},"merges":[],"unk_token":"?"}""", "axxa", "a ? ? a")]
    [InlineData("""{"type":"BPE","vocab":{"?":0,"a":1},"merges":[],"unk_token":"?","fuse_unk":true}""", "axxa", "a ? a")]
    [InlineData("""{"type":"BPE","vocab":{"a":1},"merges":[]}""", "axa", "a a")]
    [InlineData("""{"type":"BPE","vocab":{"?":0,"a":1,"<0xC3>":2,"<0xA9>":3},"merges":[],"unk_token":"?","byte_fallback":true}""", "aéx", "a <0xC3> <0xA9> ?")]
    [InlineData("""{"type":"BPE","vocab":{"a":1,"##b":2,"ab":3},"merges":["a ##b"],"continuing_subword_prefix":"##"}""", "abb", "ab ##b")]
    [InlineData("""{"type":"BPE","vocab":{"a":1,"b":2,"b</w>":3,"ab</w>":4},"merges":["a b</w>"],"end_of_word_suffix":"</w>"}""", "bab", "b ab</w>")]
    public void BPE_writes_words_as_the_file_says(string model, string text, string tokens) => Assert.Equal(tokens, TokenizerText.Load(model).Tokens(text));

    [Theory]
    [InlineData("false", "abc", "ab c")]
    [InlineData("false", "xyab", "<unk> ab")]
    [InlineData("false", "é", "<unk>")]
    [InlineData("true", "aé", "a <0xC3> <0xA9>")]
    public void Unigram_takes_the_way_of_the_highest_score(string bytes, string text, string tokens) =>
        Assert.Equal(tokens, TokenizerText.Load(Unigram.Replace("BYTES", bytes, StringComparison.Ordinal)).Tokens(text));

    [Fact]
    public void Half_a_surrogate_pair_counts_as_the_replacement_character()
    {
        var tokenizer = TokenizerText.Load("""{"type":"WordLevel","vocab":{"[other]":0,"a\uFFFDb":1},"unk_token":"[other]"}""");
        Assert.Equal("a\uFFFDb", tokenizer.Tokens("a\uD800b"));
        Assert.Equal("a\uFFFDb", tokenizer.Tokens("a\uDC00b"));
    }

    [Theory]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":["a b"]}""", "model.merges[0]")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":["a"]}""", "two tokens")]
    [InlineData("""{"type":"Unigram","vocab":[]}""", "is empty")]
    [InlineData("""{"type":"WordLevel","vocab":{"a":0},"unk_token":"?"}""", "needs the token \"?\"")]
    public void A_model_at_odds_with_itself_is_refused(string model, string complaint) =>
        Assert.Contains(complaint, Assert.Throws<ModelFormatException>(() => TokenizerText.Load(model)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_not_known_is_refused_by_name()
    {
        const string odd = """{"type":"Odd"}""";
        AssertRefused("tokenizer model \"Odd\"", () => TokenizerText.Load(model: odd));
        AssertRefused("normalizer \"Odd\"", () => TokenizerText.Load(normalizer: odd));
        AssertRefused("pre-tokenizer \"Odd\"", () => TokenizerText.Load(preTokenizer: $$"""{"type":"Sequence","pretokenizers":[{{odd}}]}"""));
        AssertRefused("post-processor \"Odd\"", () => TokenizerText.Load(postProcessor: odd));
        AssertRefused("decoder \"Odd\"", () => TokenizerText.Load(decoder: odd));
    }

    private static void AssertRefused(string name, Func<TextTokenizer> load) =>
        Assert.Contains(name, Assert.Throws<ModelFormatException>(load).Message, StringComparison.Ordinal);

    private static TextTokenizer Bpe(string merges, string more = "") => TokenizerText.Load(
        $$"""{"type":"BPE","vocab":{"a":0,"b":1,"c":2,"ab":3,"bc":4,"abc":5,"aa":6,"Ġ":7},"merges":{{merges}}{{more}}}""", preTokenizer: """{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""");
}
