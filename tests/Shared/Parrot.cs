using System.Text.Json.Nodes;

namespace BatchInfer.Tests;

/// <summary>A language model that knows one sentence: each word is followed by the next, whatever came before.</summary>
internal static class Parrot
{
    public static readonly string[] Sentence = ["a", "good", "film", "##s", "!", "[SEP]"];

    /// <summary>Its folder, which a test may change before it is read.</summary>
    /// <param name="poison">A word after which nothing has a number.</param>
    /// <param name="rows">Words that its table has; -1 for all.</param>
    public static TestModelFolder Create(string? poison = null, int rows = -1)
    {
        float[][] table = TestModelFolder.Table(TestModelFolder.Vocabulary.Length, (_, _) => 0, rows);
        for (int i = 0; i + 1 < Sentence.Length; i++) table[TestModelFolder.Id(Sentence[i])][TestModelFolder.Id(Sentence[i + 1])] = 12;
        if (poison is not null) Array.Fill(table[TestModelFolder.Id(poison)], float.NaN);
        var folder = new TestModelFolder("ParrotForCausalLM");
        folder.Tokenizer["decoder"] = new JsonObject { ["type"] = "WordPiece", ["prefix"] = "##", ["cleanup"] = true };
        folder.Config["eos_token_id"] = TestModelFolder.Sep;
        folder.Write("model.onnx", TinyGraphs.Bigrams(table));
        return folder;
    }
}
