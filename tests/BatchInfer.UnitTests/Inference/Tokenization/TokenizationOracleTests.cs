using System.Text.Json;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference;

/// <summary>Token by token agreement with an independent implementation on every real model and its texts.</summary>
public sealed class TokenizationOracleTests
{
    [Theory]
    [InlineData("small-embed-bert", "mixed-en-0")]
    [InlineData("small-embed-bert", "sts")]
    [InlineData("synthetic-minilm-l6", "mixed-en-0")]
    [InlineData("small-sentiment-bert", "sst2-dev")]
    [InlineData("small-sentiment-bert", "movie-reviews")]
    [InlineData("small-ner-unigram", "uner-ewt-test")]
    [InlineData("rxnmapper-albert", "reactions")]
    [InlineData("rxnmapper-albert-embed", "reactions")]
    [InlineData("misaki-g2p-bart-us", "g2p-us-20k")]
    [InlineData("misaki-g2p-bart-gb", "g2p-gb-20k")]
    [InlineData("ct2-aren-transliteration", "ar2en-names")]
    [InlineData("stories260k-llama", "story-prompts")]
    [InlineData("capp-gpt2", "capp-parts")]
    public void Token_ids_are_equal(string model, string corpus)
    {
        string path = Assets.Reference($"{model}-{corpus}"), folder = Assets.Model(model);
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer_config.json")));
        var options = new EncodeOptions(config.RootElement.GetProperty("model_max_length").GetInt32());
        using var encoder = TextTokenizer.Load(folder).CreateEncoder();
        using var tokens = new TokenBuffer();
        foreach (string line in File.ReadLines(path))
        {
            using var row = JsonDocument.Parse(line);
            tokens.Clear();
            encoder.Encode(new TextInput(row.RootElement.GetProperty("text").GetString()!, null), options, tokens);
            Assert.Equal([.. row.RootElement.GetProperty("input_ids").EnumerateArray().Select(i => i.GetInt32())], tokens.Ids.ToArray());
        }
    }

    [Theory]
    [InlineData("misaki-g2p-bart-us", "g2p-us-20k")]
    [InlineData("misaki-g2p-bart-gb", "g2p-gb-20k")]
    [InlineData("ct2-aren-transliteration", "ar2en-names")]
    public void Decoded_texts_of_the_second_vocabulary_are_equal(string model, string corpus)
    {
        string path = Assets.Reference($"{model}-{corpus}");
        var target = TextTokenizer.Load(Assets.Model(model), "tokenizer_target.json");
        foreach (string line in File.ReadLines(path))
        {
            using var row = JsonDocument.Parse(line);
            int[] ids = [.. row.RootElement.GetProperty("output_ids").EnumerateArray().Select(i => i.GetInt32())];
            Assert.Equal(row.RootElement.GetProperty("output").GetString(), target.Decode(ids, skipSpecialTokens: true));
        }
    }
}
