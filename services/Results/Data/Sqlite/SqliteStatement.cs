using System.Globalization;
using Microsoft.Data.Sqlite;

namespace BatchInfer.Results.Data.Sqlite;

/// <summary>A prepared statement with parameters <c>$1</c>, <c>$2</c>, …</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;

    public SqliteStatement(SqliteConnection connection, string sql, int parameters)
    {
        _command = connection.CreateCommand();
        // Every caller passes a constant, or one with numbers of this database in it.
#pragma warning disable CA2100
        _command.CommandText = sql;
#pragma warning restore CA2100
        for (int i = 1; i <= parameters; i++)
            _command.Parameters.Add(new SqliteParameter("$" + i.ToString(CultureInfo.InvariantCulture), null));
    }

    public void Use(SqliteTransaction? transaction) => _command.Transaction = transaction;

    /// <summary>Runs it; rows changed.</summary>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>Runs it; the caller disposes the rows before it runs again.</summary>
    public SqliteDataReader Read(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++) _command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }
}
