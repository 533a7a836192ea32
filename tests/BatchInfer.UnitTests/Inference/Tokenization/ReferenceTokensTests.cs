using System.Text.Json;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

/// <summary>Token-by-token agreement with an independent implementation on real tokenizers and texts, there and back.</summary>
public sealed class ReferenceTokensTests
{
    [Theory]
    [InlineData("small-embed-bert", "mixed-en-0")]
    [InlineData("small-embed-bert", "sts")]
    [InlineData("small-sentiment-bert", "sst2-dev")]
    [InlineData("small-sentiment-bert", "movie-reviews")]
    [InlineData("synthetic-minilm-l6", "mixed-en-0")]
    [InlineData("small-ner-unigram", "uner-ewt-test")]
    [InlineData("rxnmapper-albert", "reactions")]
    [InlineData("rxnmapper-albert-embed", "reactions")]
    [InlineData("stories260k-llama", "story-prompts")]
    [InlineData("capp-gpt2", "capp-parts")]
    [InlineData("misaki-g2p-bart-us", "g2p-us-20k")]
    [InlineData("misaki-g2p-bart-gb", "g2p-gb-20k")]
    [InlineData("ct2-aren-transliteration", "ar2en-names")]
    public void A_text_has_the_reference_tokens(string model, string corpus)
    {
        var rows = Assets.ReferenceRows($"{model}-{corpus}");
        using var encoder = TextTokenizer.Load(Assets.Model(model)).CreateEncoder();
        Assert.All(rows, row => Assert.Equal(Ids(row, "input_ids"), Encode(encoder, Text(row, "text"))));
    }

    [Theory]
    [InlineData("misaki-g2p-bart-us", "g2p-us-20k")]
    [InlineData("misaki-g2p-bart-gb", "g2p-gb-20k")]
    [InlineData("ct2-aren-transliteration", "ar2en-names")]
    public void Generated_tokens_have_the_reference_text(string model, string corpus)
    {
        var tokenizer = TextTokenizer.Load(Assets.Model(model), "tokenizer_target.json");
        Assert.All(Assets.ReferenceRows($"{model}-{corpus}"), row =>
        {
            int[] ids = Ids(row, "output_ids");
            Assert.Equal(Text(row, "output"), tokenizer.Decode(ids, skipSpecialTokens: true));
        });
    }

    // The reference's text is what the output adds to the prompt's.
    [Theory]
    [InlineData("stories260k-llama", "story-prompts")]
    [InlineData("capp-gpt2", "capp-parts")]
    public void A_continuation_has_the_reference_text(string model, string corpus)
    {
        var tokenizer = TextTokenizer.Load(Assets.Model(model));
        Assert.All(Assets.ReferenceRows($"{model}-{corpus}"), row =>
        {
            int[] prompt = Ids(row, "input_ids"), output = Ids(row, "output_ids");
            string before = tokenizer.Decode(prompt, skipSpecialTokens: true), whole = tokenizer.Decode([.. prompt, .. output], skipSpecialTokens: true);
            Assert.Equal(before + Text(row, "output"), whole);
        });
    }

    private static int[] Encode(TextEncoder encoder, string text)
    {
        using var tokens = new TokenBuffer();
        encoder.Encode(new TextInput(text, null), new EncodeOptions(512), tokens);
        return tokens.Ids.ToArray();
    }

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;
}
