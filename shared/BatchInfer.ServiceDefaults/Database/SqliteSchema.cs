using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace BatchInfer.ServiceDefaults;

/// <summary>
/// All migrations of a SQLite file as one script, made ahead: a new file has its tables by one transaction, and one that is up
/// to date is known as such, before Entity Framework has built any model. Both are a good part of a short run's start.
/// </summary>
public sealed partial class SqliteSchema
{
    private readonly string _connectionString, _script, _history, _last;

    /// <param name="connectionString">Of the file.</param>
    /// <param name="owner">Assembly that has the script as a resource.</param>
    /// <param name="resource">Name of the resource, which has a row for each migration.</param>
    /// <exception cref="InvalidOperationException">There is no such resource, or no migration in it.</exception>
    public SqliteSchema(string connectionString, Assembly owner, string resource)
    {
        ArgumentNullException.ThrowIfNull(owner);
        _connectionString = connectionString;
        using var stream = owner.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{owner.GetName().Name} has no resource {resource}.");
        using var reader = new StreamReader(stream);
        _script = reader.ReadToEnd();
        var recorded = Recorded().Matches(_script);
        if (recorded.Count == 0) throw new InvalidOperationException($"{resource} records no migration.");
        (_history, _last) = (recorded[^1].Groups["table"].Value, recorded[^1].Groups["id"].Value);
    }

    /// <summary>Makes the tables of a new file. True when the file is up to date now, false when it is an older one, which its migrations bring on.</summary>
    /// <param name="ct">Cancels it.</param>
    public async Task<bool> EnsureAsync(CancellationToken ct)
    {
        await using var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(ct);
        // WAL is a property of the file and stays.
        await ScalarAsync(connection, "PRAGMA journal_mode=WAL", ct);
        if (await ScalarAsync(connection, "SELECT count(*) FROM sqlite_master", ct) is 0L)
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await ScalarAsync(connection, _script, ct);
            await transaction.CommitAsync(ct);
            return true;
        }

        return await ScalarAsync(connection, $"SELECT count(*) FROM sqlite_master WHERE name = '{_history}'", ct) is 1L
            && await ScalarAsync(connection, $"SELECT count(*) FROM \"{_history}\" WHERE \"MigrationId\" = '{_last}'", ct) is 1L;
    }

    private static async Task<object?> ScalarAsync(SqliteConnection connection, string sql, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        // Constants of this assembly and of its owner's script; no user's text reaches them.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(ct);
    }

    [GeneratedRegex("""INSERT INTO "(?<table>[A-Za-z_]+)" \("MigrationId", "ProductVersion"\)\s+VALUES \('(?<id>[A-Za-z0-9_]+)'""")]
    private static partial Regex Recorded();
}
