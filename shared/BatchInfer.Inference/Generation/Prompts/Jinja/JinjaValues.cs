using System.Globalization;
using System.Text;

namespace BatchInfer.Inference;

/// <summary>Python's values as templates see them: texts, whole and other numbers, true and false, none, lists, mappings.</summary>
internal static class JinjaValues
{
    private static readonly HashSet<string> Tests = new(StringComparer.Ordinal)
    {
        "defined", "undefined", "none", "string", "mapping", "iterable", "sequence", "number", "integer", "boolean", "true", "false", "odd", "even", "equalto", "eq", "in",
    };

    public static void CheckFilter(string name)
    {
        if (!JinjaFunctions.Filters.Contains(name)) throw new ChatTemplateException($"the filter '{name}' is not supported.");
    }

    public static void CheckTest(string name)
    {
        if (!Tests.Contains(name)) throw new ChatTemplateException($"the test 'is {name}' is not supported.");
    }

    public static bool Test(string name, object? value, object? argument) => name switch
    {
        "defined" => value is not JinjaUndefined,
        "undefined" => value is JinjaUndefined,
        "none" => value is null,
        "string" => value is string,
        "mapping" => value is Dictionary<string, object?>,
        "iterable" or "sequence" => value is string or List<object?> or Dictionary<string, object?> or JinjaUndefined,
        "number" => value is long or double,
        "integer" => value is long,
        "boolean" => value is bool,
        "true" => value is true,
        "false" => value is false,
        "odd" => value is long odd && odd % 2 != 0,
        "even" => value is long even && even % 2 == 0,
        "in" => Contains(argument, value),
        _ => JinjaEquality.AreEqual(value, argument),
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or JinjaUndefined or false or 0L or 0d or "" => false,
        List<object?> list => list.Count > 0,
        Dictionary<string, object?> members => members.Count > 0,
        _ => true,
    };

    public static string Text(object? value) => value switch
    {
        null => "None",
        JinjaUndefined => "",
        true => "True",
        false => "False",
        string text => text,
        double number => number == Math.Floor(number) && Math.Abs(number) < 1e16 ? number.ToString("0.0", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture),
        List<object?> or Dictionary<string, object?> => ListText(value),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ChatTemplateException("a namespace cannot be written."),
    };

    public static List<object?> Items(object? value) => value switch
    {
        List<object?> list => list,
        Dictionary<string, object?> members => [.. members.Keys],
        string text => [.. text.EnumerateRunes().Select(r => (object?)r.ToString())],
        JinjaUndefined => [],
        _ => throw new ChatTemplateException($"{Kind(value)} has no items to go through."),
    };

    public static object? Member(object? target, object? key) => (target, key) switch
    {
        (JinjaUndefined, _) => throw new ChatTemplateException($"'{Text(key)}' is asked of a value that is not defined."),
        (Dictionary<string, object?> members, string name) => members.TryGetValue(name, out object? value) ? value : JinjaUndefined.Value,
        (JinjaNamespace space, string name) => space.Values.TryGetValue(name, out object? value) ? value : JinjaUndefined.Value,
        (List<object?> list, long index) => (index < 0 ? index + list.Count : index) is >= 0 and var at && at < list.Count ? list[(int)at] : JinjaUndefined.Value,
        (string text, long index) => (index < 0 ? index + text.Length : index) is >= 0 and var at && at < text.Length ? text[(int)at].ToString() : JinjaUndefined.Value,
        _ => JinjaUndefined.Value,
    };

    public static object Slice(object? target, long? start, long? stop, long step)
    {
        if (step == 0) throw new ChatTemplateException("the step of a slice is 0.");
        int count = target switch { string whole => whole.Length, List<object?> list => list.Count, _ => throw new ChatTemplateException($"{Kind(target)} has no slices.") };
        long Clamp(long at, long low, long high) => Math.Clamp(at < 0 ? at + count : at, low, high);
        long from = step > 0 ? Clamp(start ?? 0, 0, count) : start is { } s ? Clamp(s, -1, count - 1) : count - 1;
        long to = step > 0 ? Clamp(stop ?? count, 0, count) : stop is { } e ? Clamp(e, -1, count - 1) : -1;
        var places = new List<int>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) places.Add((int)i);
        return target is string text ? string.Concat(places.Select(p => text[p])) : places.Select(p => ((List<object?>)target!)[p]).ToList();
    }

    public static object? Binary(string op, object? left, object? right) => op switch
    {
        "==" => JinjaEquality.AreEqual(left, right),
        "!=" => !JinjaEquality.AreEqual(left, right),
        "in" => Contains(right, left),
        "~" => Joined(Text(left), Text(right)),
        "<" or ">" or "<=" or ">=" => Compare(op, left, right),
        _ => Arithmetic(op, left, right),
    };

    public static object Arithmetic(string op, object? left, object? right) => (op, left, right) switch
    {
        ("+", string a, string b) => Joined(a, b),
        ("+", List<object?> a, List<object?> b) => Joined(a, b),
        ("*", string a, long n) => Repeated(a, (int)Math.Clamp(n, 0, 10_000)),
        ("+", long a, long b) => a + b,
        ("-", long a, long b) => a - b,
        ("*", long a, long b) => a * b,
        ("//" or "%" or "/", _, 0L or 0d) => throw new ChatTemplateException("a division by 0."),
        ("//", long a, long b) => (long)Math.Floor((double)a / b),
        ("%", long a, long b) => (a % b + b) % b,
        (_, long or double, long or double) => Decimal(op, Convert.ToDouble(left, CultureInfo.InvariantCulture), Convert.ToDouble(right, CultureInfo.InvariantCulture)),
        _ => throw new ChatTemplateException($"{Kind(left)} {op} {Kind(right)} has no meaning."),
    };

    public static string Kind(object? value) => value switch
    {
        null => "none",
        JinjaUndefined => "an undefined value",
        string => "a text",
        bool => "true or false",
        long or double => "a number",
        List<object?> => "a list",
        _ => "a mapping",
    };

    private static double Decimal(string op, double a, double b) => op switch { "+" => a + b, "-" => a - b, "*" => a * b, "/" => a / b, "//" => Math.Floor(a / b), _ => a - b * Math.Floor(a / b) };

    private static bool Compare(string op, object? left, object? right)
    {
        int order = (left, right) switch
        {
            (string a, string b) => string.CompareOrdinal(a, b),
            (long or double, long or double) => Convert.ToDouble(left, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(right, CultureInfo.InvariantCulture)),
            _ => throw new ChatTemplateException($"{Kind(left)} and {Kind(right)} have no order."),
        };
        return op switch { "<" => order < 0, ">" => order > 0, "<=" => order <= 0, _ => order >= 0 };
    }

    private static bool Contains(object? container, object? item) => container switch
    {
        string text => item is string part ? text.Contains(part, StringComparison.Ordinal) : throw new ChatTemplateException($"a text holds no {Kind(item)}."),
        List<object?> list => list.Any(i => JinjaEquality.AreEqual(i, item)),
        Dictionary<string, object?> members => item is string name && members.ContainsKey(name),
        JinjaUndefined => false,
        _ => throw new ChatTemplateException($"{Kind(container)} holds nothing."),
    };

    private static string ListText(object value)
    {
        JinjaSizes.AllowText(value);
        return value is List<object?> list ? $"[{string.Join(", ", list.Select(Quoted))}]" : $"{{{string.Join(", ", ((Dictionary<string, object?>)value).Select(m => $"{Quoted(m.Key)}: {Quoted(m.Value)}"))}}}";
    }

    private static string Joined(string left, string right)
    {
        JinjaSizes.Allow((long)left.Length + right.Length);
        return left + right;
    }

    private static List<object?> Joined(List<object?> left, List<object?> right)
    {
        JinjaSizes.AllowElements((long)left.Count + right.Count);
        return [.. left, .. right];
    }

    private static string Repeated(string text, int times)
    {
        JinjaSizes.Allow((long)text.Length * times);
        return new StringBuilder().Insert(0, text, times).ToString();
    }

    private static string Quoted(object? value) => value is string text ? $"'{text.Replace("'", "\\'", StringComparison.Ordinal)}'" : Text(value);
}
