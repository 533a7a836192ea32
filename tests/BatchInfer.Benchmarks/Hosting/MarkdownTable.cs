namespace BatchInfer.Benchmarks.Hosting;

/// <summary>Rows as a Markdown table with columns of equal width: readable in a terminal, and what docs quote.</summary>
internal sealed class MarkdownTable(params string[] columns)
{
    private readonly List<string[]> _rows = [columns];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write()
    {
        int[] widths = [.. columns.Select((_, c) => _rows.Max(r => r[c].Length))];
        for (int row = 0; row < _rows.Count; row++)
        {
            Console.WriteLine($"| {string.Join(" | ", _rows[row].Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c])))} |");
            if (row == 0) Console.WriteLine($"|{string.Join('|', widths.Select((w, c) => c == 0 ? new string('-', w + 2) : new string('-', w + 1) + ":"))}|");
        }
    }
}
