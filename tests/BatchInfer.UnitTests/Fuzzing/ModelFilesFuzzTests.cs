using System.Globalization;
using System.Text.Json.Nodes;

namespace BatchInfer.UnitTests.Fuzzing;

/// <summary>
/// Files of a model with something wrong in them: each is refused with a sentence that names the file, or the model works; and
/// what can mean nothing at its place is never taken for something. The seeds are fixed; BATCHINFER_FUZZ_CASES makes them more.
/// </summary>
public sealed class ModelFilesFuzzTests
{
    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("BATCHINFER_FUZZ_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 100;

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("special_tokens_map.json")]
    public async Task Files_of_a_classifier_are_refused_or_work(string name)
    {
        using var folder = FuzzedFolder.Sample("sentiment");
        var (refused, taken) = await folder.FuzzAsync(name, Cases);
        Assert.True(refused > Cases / 10 && taken > Cases / 20, $"{refused} refused, {taken} taken");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("generation_config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    public async Task Files_of_a_translator_are_refused_or_work(string name)
    {
        string path = Path.Combine(Path.GetTempPath(), "batchinfer-" + Path.GetRandomFileName());
        TinyTranslator.Write(path, new JsonObject
        {
            ["num_beams"] = 2, ["do_sample"] = false, ["early_stopping"] = true, ["length_penalty"] = 0.8, ["no_repeat_ngram_size"] = 3, ["repetition_penalty"] = 1.2,
            ["bad_words_ids"] = new JsonArray(new JsonArray(5, 6)), ["suppress_tokens"] = new JsonArray(1), ["forced_eos_token_id"] = 3, ["temperature"] = 0.7, ["top_k"] = 5,
            ["min_length"] = 2, ["max_new_tokens"] = 12, ["transformers_version"] = "4.53.3",
        });
        using var folder = new FuzzedFolder(path, "one two three", "eight seven six five four three two one", "nothing of it");
        var (refused, taken) = await folder.FuzzAsync(name, Cases);
        Assert.True(refused > Cases / 10 && taken > Cases / 20, $"{refused} refused, {taken} taken");
    }
}
