using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

public sealed class DecoderTests
{
    // The vocabulary is the tokens, with spaces between.
    [Theory]
    [InlineData("null", "a b", "a b")]
    [InlineData("""{"type":"WordPiece","prefix":"##","cleanup":true}""", "a ##b .", "ab.")]
    [InlineData("""{"type":"ByteLevel"}""", "ĠÃ © Ġa", " é a")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}""", "▁a ▁b c", "a bc")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}""", "▁a b", " ab")]
    [InlineData("""{"type":"ByteFallback"}""", "a <0xC3> <0xA9>", "aé")]
    [InlineData("""{"type":"ByteFallback"}""", "<0xC3> a <0xA9>", "\uFFFDa\uFFFD")]
    [InlineData("""{"type":"Fuse"}""", "a b", "ab")]
    [InlineData("""{"type":"Strip","content":"_","start":1,"stop":1}""", "__a _", "_a")]
    [InlineData("""{"type":"Replace","pattern":{"String":"_"},"content":" "}""", "_a b_", " ab ")]
    [InlineData("""{"type":"BPEDecoder","suffix":"</w>"}""", "a b</w> c</w>", "ab c")]
    [InlineData("""{"type":"CTC","pad_token":"-","word_delimiter_token":"|"}""", "a - | b", "a b")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""", "▁a ▁b", "a b")]
    public void Tokens_become_text(string decoder, string tokens, string text)
    {
        var (tokenizer, ids) = Load(decoder, tokens);
        Assert.Equal(text, tokenizer.Decode(ids, skipSpecialTokens: true));
    }

    private static (TextTokenizer Tokenizer, int[] Ids) Load(string decoder, string tokens)
    {
        string[] words = tokens.Split(' ');
        string vocabulary = System.Text.Json.JsonSerializer.Serialize(words.Append("[other]").Distinct().Select((w, i) => KeyValuePair.Create(w, i)).ToDictionary());
        var tokenizer = TokenizerText.Load($$"""{"type":"WordLevel","vocab":{{vocabulary}},"unk_token":"[other]"}""", decoder: decoder);
        return (tokenizer, [.. words.Select(w => tokenizer.TokenId(w)!.Value)]);
    }
}
