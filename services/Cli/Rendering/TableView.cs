using Spectre.Console;

namespace BatchInfer.Cli.Rendering;

/// <summary>Rows for a reader: a table in a terminal, tab-separated lines with a header in a pipe. Cells are plain text, never markup.</summary>
internal sealed class TableView(params string[] columns)
{
    private const int LongestCell = 400;
    private readonly List<string[]> _rows = [];

    public TableView Add(params string?[] cells)
    {
        _rows.Add([.. cells.Select(c => SafeText.Clean(c, LongestCell))]);
        return this;
    }

    public void Write(CliEnvironment env)
    {
        if (env.OutIsTerminal)
        {
            env.OutConsole().Write(ToTable());
            return;
        }

        env.Out.WriteLine(string.Join('\t', columns));
        foreach (string[] row in _rows) env.Out.WriteLine(string.Join('\t', row));
    }

    private Table ToTable()
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns) table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))));
        foreach (string[] row in _rows) table.AddRow(row.Select(c => new Text(c)));
        return table;
    }
}
