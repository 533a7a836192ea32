using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>A model that knows one sentence: each word is followed by the next.</summary>
internal static class Parrot
{
    private static readonly string[] Sentence = ["a", "good", "film", "##s", "!", "[SEP]"];

    /// <param name="poison">A word after which no logit is a number.</param>
    /// <param name="rows">Words that the graph knows; −1 for all.</param>
    /// <param name="others">Words of another sentence, whose pairs go before those of the first.</param>
    public static TestModelFolder Create(string? poison = null, int rows = -1, string[]? others = null)
    {
        float[][] table = TestModelFolder.Table(TestModelFolder.Vocabulary.Length, (_, _) => 0, rows);
        for (int i = 0; i + 1 < Sentence.Length; i++) table[TestModelFolder.Id(Sentence[i])][TestModelFolder.Id(Sentence[i + 1])] = 12;
        for (int i = 0; i + 1 < others?.Length; i++) table[TestModelFolder.Id(others[i])][TestModelFolder.Id(others[i + 1])] = 24;
        if (poison is not null) Array.Fill(table[TestModelFolder.Id(poison)], float.NaN);
        return Create(table);
    }

    /// <param name="table">Logits of what follows each word.</param>
    public static TestModelFolder Create(float[][] table)
    {
        var folder = new TestModelFolder("ParrotForCausalLM");
        folder.Config["eos_token_id"] = TestModelFolder.Sep;
        folder.Write("model.onnx", TinyGraphs.Bigrams(table));
        return folder;
    }

    /// <summary>Parameters of a call whose prompts have no tokens but their own.</summary>
    public static string Parameters(JsonObject parameters)
    {
        parameters["add_special_tokens"] = false;
        return parameters.ToJsonString();
    }

    public static async Task<(JsonElement Json, RowOutput Row)> OneAsync(InferenceEngine engine, string text, JsonObject? parameters = null)
    {
        var row = Assert.Single(await engine.RunAsync([new TextInput(text, null)], Parameters(parameters ?? [])));
        Assert.Null(row.ErrorMessage);
        return (JsonDocument.Parse(row.Json!).RootElement, row);
    }
}
