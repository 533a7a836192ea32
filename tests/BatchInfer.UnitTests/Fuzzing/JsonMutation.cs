using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchInfer.UnitTests.Fuzzing;

/// <summary>A JSON file with one thing wrong with it.</summary>
/// <param name="Content">The file.</param>
/// <param name="Description">What was done, and where.</param>
/// <param name="MeansNothing">
/// Whether what was put there can mean nothing at its place: who takes the file all the same has not looked there, and must
/// answer as before.
/// </param>
internal sealed record JsonMutation(byte[] Content, string Description, bool MeansNothing)
{
    // Stands in the tree for what no tree can hold, and is exchanged in the text.
    private const string Mark = "\u0001mark\u0001";

    private static readonly string[] Numbers = ["-1", "-2147483649", "2147483648", "16777215", "1e300", "-1e300", "0.5", "0", "123456789012345678901234567890"];

    /// <summary>One of many things that can be wrong with a file.</summary>
    public static JsonMutation Of(string json, Random random) => random.Next(12) switch
    {
        0 => Flipped(json, random),
        1 => new JsonMutation(Encoding.UTF8.GetBytes(json)[..random.Next(Encoding.UTF8.GetByteCount(json))], "truncated", MeansNothing: false),
        2 => Removed(json, random),
        3 => Exchanged(json, random, "the same name twice", (node, name) => node is JsonObject o && name is not null ? Twice(o, name) : null),
        4 => Replaced(json, random, "deeply nested", new string('[', 5000) + new string(']', 5000), meansNothing: true),
        5 => Replaced(json, random, "half a surrogate pair", "\"\\ud800\"", meansNothing: true),
        6 => Replaced(json, random, "not a number", "NaN", meansNothing: true),
        7 => Replaced(json, random, "a long text", $"\"{new string('x', 1 << 20)}\"", meansNothing: false),
        8 or 9 => Number(json, random),
        _ => OtherType(json, random),
    };

    private static JsonMutation Flipped(string json, Random random)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        int flips = random.Next(1, 9);
        for (int i = 0; i < flips; i++) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return new JsonMutation(bytes, $"{flips} bits flipped", MeansNothing: false);
    }

    private static JsonMutation Removed(string json, Random random)
    {
        var (root, parent, name, index, path) = Choose(json, random, _ => true);
        if (parent is JsonObject o) o.Remove(name!);
        else parent!.AsArray().RemoveAt(index);
        return Write(root, $"{path} removed", meansNothing: false, "");
    }

    private static JsonMutation Number(string json, Random random)
    {
        string number = Numbers[random.Next(Numbers.Length)];
        return Replaced(json, random, "the number " + number, number, meansNothing: false, n => n?.GetValueKind() == JsonValueKind.Number);
    }

    private static JsonMutation OtherType(string json, Random random)
    {
        string[] values = ["\"text\"", "7", "true", "[]", "{}"];
        JsonValueKind[] kinds = [JsonValueKind.String, JsonValueKind.Number, JsonValueKind.True, JsonValueKind.Array, JsonValueKind.Object];
        int choice = random.Next(values.Length);
        // In the place of null any type may be right, and a number may stand for a list of one.
        return Replaced(json, random, "of another type: " + values[choice], values[choice], meansNothing: true, n => n is not null && Kind(n.GetValueKind()) != Kind(kinds[choice]));

        static JsonValueKind Kind(JsonValueKind kind) => kind switch { JsonValueKind.False => JsonValueKind.True, JsonValueKind.Array => JsonValueKind.Number, _ => kind };
    }

    private static JsonMutation Replaced(string json, Random random, string what, string text, bool meansNothing, Func<JsonNode?, bool>? which = null)
    {
        var (root, parent, name, index, path) = Choose(json, random, which ?? (n => n is not null));
        if (parent is JsonObject o) o[name!] = Mark;
        else parent!.AsArray()[index] = Mark;
        return Write(root, $"{path}: {what}", meansNothing, text);
    }

    private static JsonMutation Exchanged(string json, Random random, string what, Func<JsonNode, string?, string?> change)
    {
        var (root, parent, name, _, path) = Choose(json, random, n => n?.Parent is JsonObject);
        string text = change(parent!, name) ?? "0";
        return Write(root, $"{path}: {what}", meansNothing: true, text);
    }

    // The first one is the mark's, with something else as its value: of two the last counts, as in the reference.
    private static string Twice(JsonObject parent, string name)
    {
        var value = parent[name]?.DeepClone();
        parent.Remove(name);
        parent[Mark] = value;
        return $"{JsonSerializer.Serialize(name)}:\"first\",{JsonSerializer.Serialize(name)}";
    }

    private static JsonMutation Write(JsonNode root, string description, bool meansNothing, string text) => new(
        Encoding.UTF8.GetBytes(root.ToJsonString().Replace(JsonSerializer.Serialize(Mark), text, StringComparison.Ordinal)), description, meansNothing);

    // Goes down from the root by chance, so that a vocabulary of thousands is one place among others.
    private static (JsonNode Root, JsonNode? Parent, string? Name, int Index, string Path) Choose(string json, Random random, Func<JsonNode?, bool> fits)
    {
        // A file may have nothing that fits: then anything will do.
        for (int tries = 0; ; tries++)
        {
            var root = JsonNode.Parse(json)!;
            for (var node = root; ;)
            {
                int count = node switch { JsonObject o => o.Count, JsonArray a => a.Count, _ => 0 };
                if (count == 0) break;
                int index = random.Next(count);
                string? name = node is JsonObject named ? named.ElementAt(index).Key : null;
                var child = name is null ? node[index] : node[name];
                bool canGoDown = child is JsonObject { Count: > 0 } or JsonArray { Count: > 0 };
                if (canGoDown && random.Next(4) > 0)
                {
                    node = child!;
                    continue;
                }

                if (!fits(child) && tries < 100) break;
                return (root, node, name, index, $"{node.GetPath()}{(name is null ? $"[{index.ToString(CultureInfo.InvariantCulture)}]" : "." + name)}");
            }
        }
    }
}
