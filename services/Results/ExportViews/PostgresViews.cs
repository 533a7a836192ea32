using BatchInfer.Contracts;
using Npgsql;

namespace BatchInfer.Results.ExportViews;

/// <summary>
/// Makes views and tables of stored predictions, in one schema and under a mark of its own: what the mark is not on was made by
/// somebody else, and is neither replaced nor removed.
/// </summary>
internal sealed class PostgresViews(string connectionString, string schema) : IAsyncDisposable
{
    private const string Mark = "batchinfer: ";
    private const long Lock = 0x62617463_76696577;

    private const string SelectOne =
        """
        SELECT c.relkind::text, obj_description(c.oid, 'pg_class') FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = $2
        """;

    private const string SelectAll =
        """
        SELECT c.relname, c.relkind::text, obj_description(c.oid, 'pg_class'), format('SELECT * FROM %I.%I', n.nspname, c.relname)
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relkind IN ('v', 'r') AND obj_description(c.oid, 'pg_class') LIKE $2 ORDER BY c.relname
        """;

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "batchinfer-views", MaxPoolSize = 4, CommandTimeout = 0 });

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    public async Task<IReadOnlyList<ViewResource>> ListAsync(CancellationToken ct)
    {
        var views = new List<ViewResource>();
        await using var select = _source.CreateCommand(SelectAll);
        select.Parameters.Add(new() { Value = schema });
        select.Parameters.Add(new() { Value = Mark + "%" });
        await using var row = await select.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) views.Add(new ViewResource(schema, row.GetString(0), row.GetString(1) == "r", row.GetString(2)[Mark.Length..], row.GetString(3)));
        return views;
    }

    /// <summary>The number and line offset of a job that has records here, or null.</summary>
    public async Task<(int Number, int? LineOffset)?> FindJobAsync(Guid job, CancellationToken ct)
    {
        await using var select = _source.CreateCommand("SELECT number, line_offset FROM results.jobs WHERE job_id = $1 AND deleted_at IS NULL");
        select.Parameters.Add(new() { Value = job });
        await using var row = await select.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? (row.GetInt32(0), row.IsDBNull(1) ? null : row.GetInt32(1)) : null;
    }

    /// <summary>A text as a literal in SQL, quoted by the server.</summary>
    public async Task<string> QuoteAsync(string text, CancellationToken ct)
    {
        await using var quote = _source.CreateCommand("SELECT quote_literal($1::text)");
        quote.Parameters.Add(new() { Value = text });
        return (string)(await quote.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Makes or replaces it, in one transaction: whoever reads finds the one or the other.</summary>
    /// <param name="name">Name, already checked.</param>
    /// <param name="table">A table instead of a view.</param>
    /// <param name="source">What it shows, in words.</param>
    /// <param name="query">The query.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False where the name belongs to somebody else.</returns>
    public Task<bool> PutAsync(string name, bool table, string source, string query, CancellationToken ct) =>
        PutAsync(name, table, source, _ => Task.FromResult(query), ct);

    /// <summary>Makes or replaces a table of a job that keeps the input's columns, in one transaction too: a corpus that breaks off leaves all as it was.</summary>
    /// <param name="name">Name, already checked.</param>
    /// <param name="source">What it shows, in words.</param>
    /// <param name="job">The job, as <see cref="FindJobAsync"/> answers.</param>
    /// <param name="input">What stands in the corpus.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False where the name belongs to somebody else.</returns>
    public Task<bool> PutAsync(string name, string source, (int Number, int? LineOffset) job, TableInput input, CancellationToken ct) =>
        PutAsync(name, table: true, source, async connection => ViewSql.OfJob(job.Number, job.LineOffset, await InputTable.FillAsync(connection, job.Number, input, ct)), ct);

    private async Task<bool> PutAsync(string name, bool table, string source, Func<NpgsqlConnection, Task<string>> prepare, CancellationToken ct)
    {
        await using var connection = await _source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // What may take an hour comes before the locks, but not before it is clear that it may be done.
        if (await FindAsync(connection, name, ct) is { Ours: false }) return false;
        string query = await prepare(connection);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({Lock})", ct);
        string target = await ScalarAsync(connection, "SELECT format('%I.%I', $1::text, $2::text)", ct, schema, name);
        string comment = await ScalarAsync(connection, "SELECT quote_literal($1::text)", ct, Mark + source);
        if (await DropAsync(connection, name, target, ct) is null) return false;
        await EnsureSchemaAsync(connection, ct);
        string kind = table ? "TABLE" : "VIEW";
        await ExecuteAsync(connection, $"CREATE {kind} {target} AS {query}", ct);
        await ExecuteAsync(connection, $"COMMENT ON {kind} {target} IS {comment}", ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Removes it.</summary>
    /// <returns>False where there is none; null where the name belongs to somebody else.</returns>
    public async Task<bool?> DeleteAsync(string name, CancellationToken ct)
    {
        await using var connection = await _source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({Lock})", ct);
        bool? dropped = await DropAsync(connection, name, await ScalarAsync(connection, "SELECT format('%I.%I', $1::text, $2::text)", ct, schema, name), ct);
        if (dropped is true) await transaction.CommitAsync(ct);
        return dropped;
    }

    private async Task<bool?> DropAsync(NpgsqlConnection connection, string name, string target, CancellationToken ct)
    {
        if (await FindAsync(connection, name, ct) is not { } found) return false;
        if (!found.Ours) return null;
        await ExecuteAsync(connection, $"DROP {(found.Kind == "r" ? "TABLE" : "VIEW")} {target}", ct);
        return true;
    }

    private async Task<(string Kind, bool Ours)?> FindAsync(NpgsqlConnection connection, string name, CancellationToken ct)
    {
        await using var select = new NpgsqlCommand(SelectOne, connection) { Parameters = { new() { Value = schema }, new() { Value = name } } };
        await using var row = await select.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct)) return null;
        return (row.GetString(0), !row.IsDBNull(1) && row.GetString(1).StartsWith(Mark, StringComparison.Ordinal));
    }

    // Only where it is not there: a role that may write into it need not be allowed to make schemas.
    private async Task EnsureSchemaAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using (var select = new NpgsqlCommand("SELECT 1 FROM pg_namespace WHERE nspname = $1", connection) { Parameters = { new() { Value = schema } } })
            if (await select.ExecuteScalarAsync(ct) is not null) return;
        await ExecuteAsync(connection, $"CREATE SCHEMA {await ScalarAsync(connection, "SELECT quote_ident($1::text)", ct, schema)}", ct);
    }

    private static async Task<string> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params string[] values)
    {
        await using var command = Command(connection, sql);
        foreach (string value in values) command.Parameters.Add(new() { Value = value });
        return (string)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = Command(connection, sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    // Statements that define things take no parameters: what comes from outside was quoted by the server before.
#pragma warning disable CA2100
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection);
#pragma warning restore CA2100
}
