namespace BatchInfer.ServiceDefaults;

/// <summary>Which database engine holds the tables.</summary>
public enum DatabaseProvider
{
    /// <summary>PostgreSQL.</summary>
    Postgres,

    /// <summary>SQLite files in a folder; only Standalone uses it.</summary>
    Sqlite,
}

/// <summary>Settings of the database, section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Database";

    /// <summary>Which engine.</summary>
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Postgres;

    /// <summary>Npgsql connection string. Needed with PostgreSQL.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Folder of the SQLite files. Needed with SQLite.</summary>
    public string? Folder { get; set; }

    /// <summary>The connection string, checked.</summary>
    /// <exception cref="InvalidOperationException">It is not set.</exception>
    public string PostgresConnectionString() => ConnectionString
        ?? throw new InvalidOperationException("Database:ConnectionString is not set. Give Npgsql's connection string, e.g. Database__ConnectionString=Host=db;Username=batchinfer;Password=…;Database=batchinfer");

    /// <summary>Connection string of one service's SQLite file. WAL lets readers go on beside the writer.</summary>
    /// <param name="service">Service name, e.g. <c>results</c>.</param>
    public string SqliteConnectionString(string service) =>
        $"Data Source={Path.Combine(Folder ?? throw new InvalidOperationException("Database:Folder is not set."), service + ".db")};Default Timeout=30";
}
