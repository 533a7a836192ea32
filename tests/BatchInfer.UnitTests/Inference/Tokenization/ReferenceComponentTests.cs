using System.Text;
using System.Text.Json;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

/// <summary>
/// Every component and setting against Hugging Face's own tokenizers on hostile texts: token ids, types, words, offsets, decoded text.
/// <c>Reference/components.mjs</c> made the answers.
/// </summary>
public sealed class ReferenceComponentTests
{
    public static TheoryData<string> Names => [.. TestTokenizers.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_the_reference(string name)
    {
        var reference = TestTokenizers.Get(name);
        var tokenizer = TestTokenizers.Load(name);
        using var encoder = tokenizer.CreateEncoder();
        var problems = new StringBuilder();
        foreach (var expected in reference.GetProperty("cases").EnumerateArray())
        {
            string text = Text(expected, "text");
            Compare(encoder, new TextInput(text, null), EncodeOptions.Whole, expected, problems);
            int[] ids = Numbers(expected, "ids");
            Compare(text, "decoded", Text(expected, "decoded"), tokenizer.Decode(ids, skipSpecialTokens: true), problems);
            Compare(text, "decoded whole", Text(expected, "whole"), tokenizer.Decode(ids, skipSpecialTokens: false), problems);
        }

        var pair = reference.GetProperty("pair");
        var input = new TextInput(Text(pair, "text"), Text(pair, "textPair"));
        Compare(encoder, input, EncodeOptions.Whole, pair, problems);
        Compare(encoder, input, EncodeOptions.Whole with { AddSpecialTokens = false }, reference.GetProperty("bare"), problems);
        Assert.True(problems.Length == 0, problems.ToString());
    }

    private static void Compare(TextEncoder encoder, TextInput input, EncodeOptions options, JsonElement expected, StringBuilder problems)
    {
        using TokenBuffer plain = new(), detailed = new(withDetails: true);
        encoder.Encode(input, options, plain);
        encoder.Encode(input, options, detailed);
        Assert.Equal(plain.Ids, detailed.Ids);
        Compare(input.Text, "ids", Join(Numbers(expected, "ids")), Join(plain.Ids.ToArray()), problems);
        Compare(input.Text, "types", Join(Numbers(expected, "types")), Join([.. plain.TypeIds.ToArray().Select(t => (int)t)]), problems);
        TokenDetail[] details = detailed.Details.ToArray();
        Compare(input.Text, "words", Join(Numbers(expected, "words")), Join([.. details.Select(d => d.Word)]), problems);
        Compare(input.Text, "sequences", Join(Numbers(expected, "sequences")), Join([.. details.Select(d => d.Sequence)]), problems);
        Compare(input.Text, "offsets", Join(Numbers(expected, "offsets")), Join([.. details.SelectMany(d => (int[])[d.Start, d.End])]), problems);
    }

    private static void Compare(string text, string what, string expected, string actual, StringBuilder problems)
    {
        if (expected != actual) problems.AppendLine($"{what} of {JsonSerializer.Serialize(text)}:").AppendLine($"  expected {expected}").AppendLine($"  actual   {actual}");
    }

    private static string Join(int[] numbers) => string.Join(' ', numbers);

    private static int[] Numbers(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(n => n.GetInt32())];

    // Not GetString, which refuses half a surrogate pair.
    private static string Text(JsonElement element, string name)
    {
        string raw = element.GetProperty(name).GetRawText();
        return raw.Contains("\\ud", StringComparison.OrdinalIgnoreCase) ? LoneSurrogates(raw[1..^1]) : element.GetProperty(name).GetString()!;
    }

    private static string LoneSurrogates(string raw)
    {
        int at = raw.IndexOf("\\ud", StringComparison.OrdinalIgnoreCase);
        return JsonSerializer.Deserialize<string>($"\"{raw[..at]}\"") + (char)Convert.ToInt32(raw.Substring(at + 2, 4), 16) + JsonSerializer.Deserialize<string>($"\"{raw[(at + 6)..]}\"");
    }
}
