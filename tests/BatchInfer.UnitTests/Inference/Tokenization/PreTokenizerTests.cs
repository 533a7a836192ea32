namespace BatchInfer.UnitTests.Inference.Tokenization;

public sealed class PreTokenizerTests
{
    private const string Split = """{"type":"Split","pattern":{"String":"-"},"behavior":"BEHAVIOR"}""";

    // Parts of the text, with | between.
    [Theory]
    [InlineData("""{"type":"WhitespaceSplit"}""", "a, b\tc", "a,|b|c")]
    [InlineData("""{"type":"Whitespace"}""", "it's ok.", "it|'|s|ok|.")]
    [InlineData("""{"type":"Punctuation"}""", "a.b?! $", "a|.|b|?|!| |$")]
    [InlineData("""{"type":"Punctuation","behavior":"Contiguous"}""", "a?!b", "a|?!|b")]
    [InlineData("""{"type":"Digits"}""", "a12b", "a|12|b")]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "a12b", "a|1|2|b")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":"x"}""", "axxb", "a|b")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false}""", "it's  a test\n", "it|'s| | a| test|\n")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""", "a b", "a b")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}""", "a b  c", "a| b| | c")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}""", "a b", "a b")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[\\s\\S]"},"behavior":"Isolated"}""", "a😀b", "a|😀|b")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[0-9]"},"behavior":"Removed","invert":true}""", "a1b22", "1|2|2")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Digits"}]}""", "a1 b", "a|1|b")]
    public void A_text_is_cut(string preTokenizer, string text, string parts) =>
        Assert.Equal(parts.Split('|'), TokenizerText.Load(preTokenizer: preTokenizer).Parts(text));

    [Theory]
    [InlineData("Removed", "a|b")]
    [InlineData("Isolated", "a|-|-|b")]
    [InlineData("Contiguous", "a|--|b")]
    [InlineData("MergedWithPrevious", "a-|-|b")]
    [InlineData("MergedWithNext", "a|-|-b")]
    public void What_is_split_at_goes_where_the_behavior_says(string behavior, string parts) =>
        Assert.Equal(parts.Split('|'), TokenizerText.Load(preTokenizer: Split.Replace("BEHAVIOR", behavior, StringComparison.Ordinal)).Parts("a--b"));
}
