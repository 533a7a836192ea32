using BatchInfer.Coordinator.Data;
using BatchInfer.Results.Data.Sqlite;
using BatchInfer.ServiceDefaults;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.UnitTests.Schemas;

/// <summary>The scripts that make SQLite's tables ahead of time make what the migrations make.</summary>
public sealed class SchemaScriptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Scripts => new()
    {
        { SqliteCoordinatorContext.Script, "services/Coordinator/Data/Migrations/Sqlite/schema.sql" },
        { SqliteResultsContext.Script, "services/Results/Data/Sqlite/Migrations/schema.sql" },
    };

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task The_script_makes_what_the_migrations_make(string resource, string path)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var context = Context(resource, $"Data Source={_folder["migrated.db"]}");
        string expected = await SchemaScript.OfMigrationsAsync(context, ct);
        using var stream = context.GetType().Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        string actual = (await reader.ReadToEndAsync(ct)).ReplaceLineEndings("\n");
        if (expected == actual) return;
        string made = Path.Combine(Path.GetTempPath(), resource);
        await File.WriteAllTextAsync(made, expected, ct);
        Assert.Fail($"{path} is not what the migrations make. What they make is now in {made}; copy it there.");
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task A_new_file_has_its_tables_and_is_known_afterwards(string resource, string path)
    {
        var ct = TestContext.Current.CancellationToken;
        string file = $"Data Source={_folder["new.db"]}";
        await using var context = Context(resource, file);
        var schema = new SqliteSchema(file, context.GetType().Assembly, resource);
        Assert.True(await schema.EnsureAsync(ct), path);
        Assert.True(await schema.EnsureAsync(ct), path);
        Assert.Empty(await context.Database.GetPendingMigrationsAsync(ct));
        Assert.Equal(await SchemaScript.OfMigrationsAsync(Context(resource, $"Data Source={_folder["other.db"]}"), ct), await OfFileAsync(file, ct));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task An_older_file_is_left_to_its_migrations(string resource, string path)
    {
        var ct = TestContext.Current.CancellationToken;
        string file = $"Data Source={_folder["old.db"]}";
        await using var context = Context(resource, file);
        await context.Database.MigrateAsync(context.Database.GetMigrations().First(), ct);
        Assert.False(await new SqliteSchema(file, context.GetType().Assembly, resource).EnsureAsync(ct), path);
        await DatabaseMigrator.MigrateAsync(context, 0, ct);
        Assert.True(await new SqliteSchema(file, context.GetType().Assembly, resource).EnsureAsync(ct), path);
    }

    private static async Task<string> OfFileAsync(string connectionString, CancellationToken ct)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(ct);
        return await SchemaScript.OfAsync(connection, ct);
    }

    private static DbContext Context(string resource, string connectionString)
    {
        if (resource == SqliteResultsContext.Script) return SqliteResultsContext.Open(connectionString + ";Pooling=False");
        var options = new DbContextOptionsBuilder<SqliteCoordinatorContext>();
        SqliteCoordinatorContext.Configure(options, connectionString + ";Pooling=False");
        return new SqliteCoordinatorContext(options.Options);
    }
}
