using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

public sealed class TokenDecodingTests
{
    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void A_text_comes_back_whole_and_half_a_character_as_its_mark(string name)
    {
        var tokenizer = TestTokenizers.Load(name);
        foreach (string text in (string[])["😀👨‍👩‍👧", "हिन्दी 中文"])
        {
            int[] ids = Encode(tokenizer, text);
            Assert.Equal(text, tokenizer.Decode(ids, skipSpecialTokens: true).Trim());
            Assert.Equal('\uFFFD', tokenizer.Decode(ids.AsSpan()[..^1], skipSpecialTokens: true)[^1]);
        }
    }

    [Fact]
    public void Special_tokens_stay_or_go_and_ids_that_are_none_are_left_out()
    {
        var tokenizer = TestTokenizers.Load("bert uncased");
        int[] ids = [tokenizer.TokenId("[CLS]")!.Value, tokenizer.TokenId("hello")!.Value, 999_999, -1, tokenizer.TokenId("##er")!.Value, tokenizer.TokenId("[SEP]")!.Value];
        Assert.Equal("helloer", tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal("[CLS] helloer [SEP]", tokenizer.Decode(ids, skipSpecialTokens: false));
        Assert.Equal("", tokenizer.Decode([], skipSpecialTokens: true));
    }

    [Fact]
    public void The_files_beside_a_tokenizer_name_its_special_tokens()
    {
        using var folder = new TestModelFolder();
        folder.Write("tokenizer_config.json", """{"cls_token":"[CLS]","mask_token":{"content":"[MASK]","special":true},"eos_token":null,"bos_token":"not there"}""");
        folder.Write("special_tokens_map.json", """{"pad_token":"[PAD]","cls_token":"good"}""");
        var tokens = TextTokenizer.Load(folder.Save()).SpecialTokens;
        Assert.Equal(new SpecialTokens(null, null, null, null, 0, TestModelFolder.Cls, TestModelFolder.Id("[MASK]")), tokens);
    }

    [Fact]
    public void A_second_vocabulary_is_read_by_its_name()
    {
        using var folder = new TestModelFolder();
        string root = folder.Save();
        folder.Tokenizer["model"]!["vocab"]!["target"] = 77;
        folder.Write("tokenizer_target.json", folder.Tokenizer.ToJsonString());
        Assert.Null(TextTokenizer.Load(root).TokenId("target"));
        Assert.Equal(77, TextTokenizer.Load(root, "tokenizer_target.json").TokenId("target"));
        Assert.Contains("tokenizer_other.json is missing", Assert.Throws<ModelFormatException>(() => TextTokenizer.Load(root, "tokenizer_other.json")).Message, StringComparison.Ordinal);
    }

    private static int[] Encode(TextTokenizer tokenizer, string text)
    {
        using var encoder = tokenizer.CreateEncoder();
        using var buffer = new TokenBuffer();
        encoder.Encode(new TextInput(text, null), EncodeOptions.Whole with { AddSpecialTokens = false }, buffer);
        return buffer.Ids.ToArray();
    }
}
