using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchInfer.Inference;

/// <summary>The functions, methods and filters that published chat templates use. Any other is refused by name.</summary>
internal static class JinjaFunctions
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly IReadOnlySet<string> Filters = new HashSet<string>(StringComparer.Ordinal)
    {
        "trim", "upper", "lower", "title", "capitalize", "length", "count", "tojson", "join", "default", "d", "first", "last", "list", "string", "int", "float",
        "replace", "items", "safe", "reverse", "map", "selectattr", "rejectattr", "select", "reject", "unique",
    };

    public static object? Call(string name, List<object?> arguments, Dictionary<string, object?> named)
    {
        switch (name)
        {
            case "namespace":
                return new JinjaNamespace(named);
            case "raise_exception":
                throw new ChatTemplateException($"The model's chat template refuses this prompt: {JinjaValues.Text(arguments.FirstOrDefault())}");
            case "range":
                long[] bounds = [.. arguments.Select(a => a as long? ?? throw new ChatTemplateException("range() takes whole numbers."))];
                var (start, stop, step) = bounds switch
                {
                    [var end] => (0L, end, 1L),
                    [var from, var end] => (from, end, 1L),
                    [var from, var end, var by] when by != 0 => (from, end, by),
                    _ => throw new ChatTemplateException("range() takes one to three whole numbers."),
                };
                if (Int128.Abs(((Int128)stop - start) / step) > 100_000) throw new ChatTemplateException("range() gives too many numbers.");
                var numbers = new List<object?>();
                for (long i = start; step > 0 ? i < stop : i > stop; i += step) numbers.Add(i);
                return numbers;
            case "dict":
                return named;
            default:
                throw new ChatTemplateException($"the function {name}() is not supported.");
        }
    }

    public static object? Method(object? target, string name, List<object?> arguments) => (target, name, arguments) switch
    {
        (string s, "strip", []) => s.Trim(),
        (string s, "lstrip", []) => s.TrimStart(),
        (string s, "rstrip", []) => s.TrimEnd(),
        (string s, "strip", [string c]) => s.Trim(c.ToCharArray()),
        (string s, "lstrip", [string c]) => s.TrimStart(c.ToCharArray()),
        (string s, "rstrip", [string c]) => s.TrimEnd(c.ToCharArray()),
        (string s, "upper", []) => s.ToUpperInvariant(),
        (string s, "lower", []) => s.ToLowerInvariant(),
        (string s, "title", []) => Title(s),
        (string s, "capitalize", []) => Capitalize(s),
        (string s, "startswith", [string p]) => s.StartsWith(p, StringComparison.Ordinal),
        (string s, "endswith", [string p]) => s.EndsWith(p, StringComparison.Ordinal),
        (string s, "replace", [string a, string b]) => a.Length == 0 ? s : Replaced(s, a, b),
        (string s, "split", []) => s.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(p => (object?)p).ToList(),
        (string s, "split", [string by]) => s.Split(by).Select(p => (object?)p).ToList(),
        (string s, "find", [string p]) => (long)s.IndexOf(p, StringComparison.Ordinal),
        (Dictionary<string, object?> m, "items", []) => Items(m),
        (Dictionary<string, object?> m, "keys", []) => m.Keys.Select(k => (object?)k).ToList(),
        (Dictionary<string, object?> m, "values", []) => m.Values.ToList(),
        (Dictionary<string, object?> m, "get", [string key]) => m.GetValueOrDefault(key),
        (Dictionary<string, object?> m, "get", [string key, var otherwise]) => m.TryGetValue(key, out object? value) ? value : otherwise,
        (List<object?> l, "append", [var item]) => Append(l, item),
        _ => throw new ChatTemplateException($"the method {name}() of {JinjaValues.Kind(target)} is not supported."),
    };

    public static object? Filter(string name, object? value, List<object?> arguments, Dictionary<string, object?> named)
    {
        switch (name)
        {
            case "default" or "d":
                bool alsoFalse = arguments.ElementAtOrDefault(1) is true || named.GetValueOrDefault("boolean") is true;
                object? otherwise = arguments.Count > 0 ? arguments[0] : named.GetValueOrDefault("default_value", "");
                return value is JinjaUndefined || (alsoFalse && !JinjaValues.IsTrue(value)) ? otherwise : value;
            case "trim": return JinjaValues.Text(value).Trim();
            case "upper": return JinjaValues.Text(value).ToUpperInvariant();
            case "lower": return JinjaValues.Text(value).ToLowerInvariant();
            case "title": return Title(JinjaValues.Text(value));
            case "capitalize": return Capitalize(JinjaValues.Text(value));
            case "string": return JinjaValues.Text(value);
            case "safe": return value;
            case "replace" when arguments is [string from, string to]: return Replaced(JinjaValues.Text(value), from, to);
            case "length" or "count": return value is string text ? text.Length : (long)JinjaValues.Items(value).Count;
            case "tojson": return Serialize(value, arguments.FirstOrDefault() as long? ?? named.GetValueOrDefault("indent") as long?);
            case "join": return Joined(JinjaValues.Items(value), JinjaValues.Text(arguments.FirstOrDefault() ?? ""));
            case "first": return JinjaValues.Items(value).FirstOrDefault(JinjaUndefined.Value);
            case "last": return JinjaValues.Items(value).LastOrDefault(JinjaUndefined.Value);
            case "list": return JinjaValues.Items(value).ToList();
            case "reverse": return value is string s ? JinjaValues.Slice(s, null, null, -1) : Enumerable.Reverse(JinjaValues.Items(value)).ToList();
            case "unique": return JinjaValues.Items(value).Distinct().ToList();
            case "items" when value is JinjaUndefined: return new List<object?>();
            case "items": return value is Dictionary<string, object?> members ? Items(members) : throw new ChatTemplateException($"{JinjaValues.Kind(value)} has no items.");
            case "int": return value is double d ? (long)d : long.TryParse(JinjaValues.Text(value), NumberStyles.Integer, CultureInfo.InvariantCulture, out long n) ? n : 0L;
            case "float": return double.TryParse(JinjaValues.Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out double f) ? f : 0d;
            case "map" when named.GetValueOrDefault("attribute") is string attribute:
                return JinjaValues.Items(value).Select(i => JinjaValues.Member(i, attribute)).ToList();
            case "map" when arguments is [string inner]:
                JinjaValues.CheckFilter(inner);
                return JinjaValues.Items(value).Select(i => Filter(inner, i, [], [])).ToList();
            case "selectattr" or "rejectattr" when arguments is [string attribute, ..]:
                return JinjaValues.Items(value).Where(i => Passes(JinjaValues.Member(i, attribute), arguments[1..]) == (name == "selectattr")).ToList();
            case "select" or "reject":
                return JinjaValues.Items(value).Where(i => Passes(i, arguments) == (name == "select")).ToList();
            default:
                throw new ChatTemplateException($"the filter '{name}' is not supported with these arguments.");
        }
    }

    private static string Replaced(string text, string from, string to)
    {
        if (from.Length == 0) throw new ChatTemplateException("the text to replace is empty.");
        JinjaSizes.Allow(JinjaSizes.Replaced(text, from, to));
        return text.Replace(from, to, StringComparison.Ordinal);
    }

    private static string Joined(List<object?> items, string between)
    {
        JinjaSizes.Allow(JinjaSizes.Of(items) + (long)items.Count * between.Length);
        return string.Join(between, items.Select(JinjaValues.Text));
    }

    private static bool Passes(object? value, List<object?> test)
    {
        if (test.Count == 0) return JinjaValues.IsTrue(value);
        string name = JinjaValues.Text(test[0]) is "==" ? "equalto" : JinjaValues.Text(test[0]);
        JinjaValues.CheckTest(name);
        return JinjaValues.Test(name, value, test.ElementAtOrDefault(1));
    }

    private static List<object?> Items(Dictionary<string, object?> members) => [.. members.Select(m => (object?)new List<object?> { m.Key, m.Value })];

    private static object? Append(List<object?> list, object? item)
    {
        list.Add(item);
        return null;
    }

    private static string Title(string text)
    {
        var title = text.ToLowerInvariant().ToCharArray();
        for (int i = 0; i < title.Length; i++)
            if (i == 0 || !char.IsLetter(title[i - 1])) title[i] = char.ToUpperInvariant(title[i]);
        return new string(title);
    }

    private static string Capitalize(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    // As Python's json.dumps writes it: with a space after each comma and colon.
    private static string Serialize(object? value, long? indent)
    {
        JinjaSizes.AllowText(value);
        return indent is null
            ? Compact(value)
            : Node(value)?.ToJsonString(new JsonSerializerOptions(Json) { WriteIndented = true, IndentSize = (int)Math.Clamp(indent.Value, 0, 127), NewLine = "\n" }) ?? "null";
    }

    private static string Compact(object? value) => value switch
    {
        List<object?> list => $"[{string.Join(", ", list.Select(Compact))}]",
        Dictionary<string, object?> members => $"{{{string.Join(", ", members.Select(m => $"{Compact(m.Key)}: {Compact(m.Value)}"))}}}",
        _ => Node(value)?.ToJsonString(Json) ?? "null",
    };

    private static JsonNode? Node(object? value) => value switch
    {
        null or JinjaUndefined => null,
        bool flag => flag,
        long number => number,
        double number => number,
        string text => text,
        List<object?> list => new JsonArray([.. list.Select(Node)]),
        Dictionary<string, object?> members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, Node(m.Value)))),
        _ => throw new ChatTemplateException("a namespace cannot be written as JSON."),
    };
}
