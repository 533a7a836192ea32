using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

public sealed class TokenizerFileTests
{
    [Theory]
    [InlineData("normalizer", "Quantum", "\"normalizer\" is the normalizer \"Quantum\"")]
    [InlineData("pre_tokenizer", "UnicodeScripts", "\"pre_tokenizer\" is the pre-tokenizer \"UnicodeScripts\"")]
    [InlineData("post_processor", "Quantum", "\"post_processor\" is the post-processor \"Quantum\"")]
    [InlineData("decoder", "Quantum", "\"decoder\" is the decoder \"Quantum\"")]
    [InlineData("model", "Quantum", "\"model\" is the tokenizer model \"Quantum\"")]
    public void A_component_that_is_not_known_is_refused_by_name(string component, string type, string sentence) =>
        Refused(t => t[component] = new JsonObject { ["type"] = type }, sentence);

    [Fact]
    public void One_within_a_sequence_is_refused_by_its_place() =>
        Refused(t => t["normalizer"] = JsonNode.Parse("""{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Magic"}]}"""), "\"normalizer.normalizers[1]\" is the normalizer \"Magic\"");

    [Theory]
    [InlineData("(?<name>a)", "the group (?<name>")]
    [InlineData("[a&&b]", "&& in a character class")]
    [InlineData("\\p{Script=Tamil}", "the property Tamil")]
    [InlineData("[[:punct:]]", "it has [:punct:]")]
    [InlineData("\\x{1F600}", "U+1F600")]
    [InlineData("(a", "an unmatched (")]
    [InlineData("a)", "an unmatched )")]
    [InlineData("[a", "an unmatched [")]
    [InlineData("*a", "nothing before it")]
    [InlineData("\\", "ends in a backslash")]
    [InlineData("\\1", "\\1")]
    public void An_expression_that_cannot_be_said_is_refused_by_name(string expression, string sentence) =>
        Refused(t => t["pre_tokenizer"] = new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = expression }, ["behavior"] = "Isolated" }, sentence);

    [Theory]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":["a b"]}""", "\"model.merges[0]\" needs the token \"b\"")]
    [InlineData("""{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}""", "needs the token \"ab\"")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":["a"]}""", "must be two tokens")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"<unk>"}""", "needs the token \"<unk>\"")]
    [InlineData("""{"type":"Unigram","vocab":[["a",-1.5,3]]}""", "\"model.vocab[0]\" must be a token and its score")]
    [InlineData("""{"type":"Unigram","vocab":[["a",-1]],"unk_id":1}""", "\"model.unk_id\" must be a whole number from 0 to 0")]
    [InlineData("""{"type":"Unigram","vocab":[]}""", "is empty")]
    [InlineData("""{"type":"WordLevel","vocab":{"a":0}}""", "needs the token \"<unk>\"")]
    [InlineData("""{"type":"WordPiece","vocab":{"[UNK]":0,"a":16000000}}""", "gives ids up to 16000000 to 2 tokens")]
    [InlineData("""{"type":"WordPiece","vocab":{"[UNK]":-1}}""", "must be a whole number")]
    public void A_broken_model_is_refused(string model, string sentence) => Refused(t => t["model"] = JsonNode.Parse(model), sentence);

    [Theory]
    [InlineData("""{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":[]}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"\udc00"}}""")]
    [InlineData("""{"\ud800":1,"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"added_tokens":[{"id":1,"content":"\ud800"}]}""")]
    public void Half_a_surrogate_pair_in_a_file_is_refused_or_does_not_matter(string json)
    {
        try
        {
            Assert.Equal(0, TokenizerText.LoadFile(json).TokenId("a"));
        }
        catch (ModelFormatException e)
        {
            Assert.Contains("not valid Unicode", e.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Files changed at random: each is refused with a sentence that names the file, or makes a tokenizer that works.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_file_changed_at_random_is_refused_or_works(int seed)
    {
        var random = new Random(seed);
        string folder = Directory.CreateTempSubdirectory("batchinfer-").FullName;
        string path = Path.Combine(folder, "tokenizer.json");
        int refused = 0, loaded = 0;
        foreach (string name in TestTokenizers.Names)
        {
            string original = TestTokenizers.Get(name).GetProperty("tokenizer").GetRawText();
            for (int n = 0; n < 12; n++)
            {
                string changed = n < 9 ? ChangeJson(original, random) : ChangeBytes(original, random);
                File.WriteAllBytes(path, Encoding.UTF8.GetBytes(changed));
                try
                {
                    Use(TextTokenizer.Load(folder), random);
                    loaded++;
                }
                catch (ModelFormatException e)
                {
                    Assert.Contains("tokenizer.json", e.Message, StringComparison.Ordinal);
                    refused++;
                }
            }
        }

        Directory.Delete(folder, recursive: true);
        Assert.True(refused > 100 && loaded > 100, $"{refused} refused, {loaded} loaded");
    }

    private static void Use(TextTokenizer tokenizer, Random random)
    {
        using var encoder = tokenizer.CreateEncoder();
        using var buffer = new TokenBuffer(withDetails: true);
        foreach (string text in (string[])["", "Hello, world! the lower 😀 e\u0301 中文 <mask> \uD800", new string('a', 300)])
            encoder.Encode(new TextInput(text, random.Next(2) == 0 ? null : "the low"), EncodeOptions.Whole, buffer);
        Assert.Equal(buffer.Count, buffer.Details.Length);
        Assert.All(buffer.Ids.ToArray(), id => Assert.InRange(id, 0, ModelReader.MaxTokenId));
        tokenizer.Decode(buffer.Ids, skipSpecialTokens: false);
    }

    // Takes out, empties or exchanges a few members, deep ones and shallow ones alike.
    private static string ChangeJson(string json, Random random)
    {
        var root = JsonNode.Parse(json)!;
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            var node = root;
            while (true)
            {
                if (node is JsonObject { Count: > 0 } o)
                {
                    string key = o.ElementAt(random.Next(o.Count)).Key;
                    if (o[key] is JsonObject or JsonArray && random.Next(4) > 0)
                    {
                        node = o[key]!;
                        continue;
                    }

                    if (random.Next(3) == 0) o.Remove(key);
                    else o[key] = Value(random);
                }
                else if (node is JsonArray { Count: > 0 } a)
                {
                    int at = random.Next(a.Count);
                    if (a[at] is JsonObject or JsonArray && random.Next(4) > 0)
                    {
                        node = a[at]!;
                        continue;
                    }

                    if (random.Next(3) == 0) a.RemoveAt(at);
                    else a[at] = Value(random);
                }

                break;
            }
        }

        return root.ToJsonString();
    }

    private static JsonNode? Value(Random random) => random.Next(12) switch
    {
        0 => null,
        1 => true,
        2 => -1,
        3 => int.MaxValue,
        4 => 1e300,
        5 => "",
        6 => "\uFFFD(*[",
        7 => new JsonArray(),
        8 => new JsonObject(),
        9 => "Sequence",
        10 => random.Next(100),
        _ => random.Next().ToString(CultureInfo.InvariantCulture),
    };

    private static string ChangeBytes(string json, Random random)
    {
        char[] characters = json.ToCharArray();
        for (int changes = random.Next(1, 8); changes > 0; changes--) characters[random.Next(characters.Length)] = "{}[]\",:\\ux0aé"[random.Next(13)];
        return new string(characters, 0, random.Next(3) == 0 ? random.Next(characters.Length) : characters.Length);
    }

    private static void Refused(Action<JsonObject> change, string sentence)
    {
        using var folder = new TestModelFolder();
        change(folder.Tokenizer);
        string message = Assert.Throws<ModelFormatException>(() => TextTokenizer.Load(folder.Save())).Message;
        Assert.Contains(sentence, message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", message, StringComparison.Ordinal);
    }
}
