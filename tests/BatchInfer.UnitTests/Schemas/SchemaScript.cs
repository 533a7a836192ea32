using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.UnitTests.Schemas;

/// <summary>What a SQLite file holds, as the statements that make it.</summary>
internal static class SchemaScript
{
    /// <summary>Of a file whose migrations were all applied one by one.</summary>
    public static async Task<string> OfMigrationsAsync(DbContext context, CancellationToken ct)
    {
        await context.Database.OpenConnectionAsync(ct);
        await context.Database.MigrateAsync(ct);
        return await OfAsync((SqliteConnection)context.Database.GetDbConnection(), ct);
    }

    /// <summary>Of an open file.</summary>
    public static async Task<string> OfAsync(SqliteConnection connection, CancellationToken ct)
    {
        var script = new StringBuilder("-- Made by SchemaScriptTests from the migrations; it says how to make it anew.\n");
        // EF's lock is of the migration itself.
        foreach (string[] row in await RowsAsync(connection, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> '__EFMigrationsLock' ORDER BY rowid", ct))
            script.Append('\n').Append(row[0]).Append(";\n");
        foreach (string[] table in await RowsAsync(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '__EFMigrationsLock' ORDER BY name", ct))
        {
            string[] columns = [.. (await RowsAsync(connection, $"SELECT name FROM pragma_table_info('{table[0]}') ORDER BY cid", ct)).Select(c => c[0])];
            string values = string.Join(" || ', ' || ", columns.Select(c => $"quote(\"{c}\")"));
            foreach (string[] row in await RowsAsync(connection, $"SELECT {values} FROM \"{table[0]}\" ORDER BY 1", ct))
                script.Append($"\nINSERT INTO \"{table[0]}\" ({string.Join(", ", columns.Select(c => $"\"{c}\""))}) VALUES ({row[0]});\n");
        }

        return script.ToString().ReplaceLineEndings("\n");
    }

    private static async Task<List<string[]>> RowsAsync(SqliteConnection connection, string sql, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<string[]>();
        while (await reader.ReadAsync(ct)) rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        return rows;
    }
}
