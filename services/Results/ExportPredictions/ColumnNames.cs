using System.Text;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>Gives each of the input's columns a name that no other column of an export has, and that the target can hold.</summary>
internal sealed class ColumnNames
{
    // PostgreSQL cuts a longer name off without a word, and then two may be one.
    private const int LongestOfPostgres = 63;

    // What a CSV header leaves without a name, an index column for one; SQL knows no name without letters.
    private const string Nameless = "column";

    private readonly IReadOnlySet<string> _taken;
    private readonly bool _isPostgres;

    private ColumnNames(IReadOnlySet<string> taken, bool isPostgres) => (_taken, _isPostgres) = (taken, isPostgres);

    /// <summary>Of an export to a file.</summary>
    public static ColumnNames OfFile { get; } = new(ExportColumns.All, isPostgres: false);

    /// <summary>Of a table in PostgreSQL.</summary>
    /// <param name="taken">What its other columns are called, and what no column may be called.</param>
    public static ColumnNames OfTable(IReadOnlySet<string> taken) => new(taken, isPostgres: true);

    /// <summary>The names, in order, with <c>input_</c> before those that are taken and a number behind those that come again.</summary>
    public List<string> Unique(IReadOnlyList<string> names)
    {
        var unique = new List<string>(names.Count);
        var used = new HashSet<string>(_taken, StringComparer.Ordinal);
        // Where to go on counting: a header of thousands of equal names is not counted from the start for each.
        var next = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string written in names)
        {
            string name = Holdable(written);
            string candidate = Fit(_taken.Contains(name) ? "input_" + name : name, "");
            while (!used.Add(candidate))
            {
                int number = next.GetValueOrDefault(name, 2);
                next[name] = number + 1;
                candidate = Fit(name, $"_{number}");
            }

            unique.Add(candidate);
        }

        return unique;
    }

    private string Holdable(string name) => !_isPostgres ? name : name.Length == 0 ? Nameless : StoredText.Encode(name);

    /// <summary>As much of a name as there is room for before its number, in whole characters.</summary>
    private string Fit(string name, string number)
    {
        int room = LongestOfPostgres - number.Length;
        if (!_isPostgres || Encoding.UTF8.GetByteCount(name) <= room) return name + number;
        int kept = 0;
        foreach (var character in name.EnumerateRunes())
        {
            if ((room -= character.Utf8SequenceLength) < 0) break;
            kept += character.Utf16SequenceLength;
        }

        return name[..kept] + number;
    }
}
