using System.Reflection;
using BatchInfer.Coordinator.Data;
using BatchInfer.Results.Data.Sqlite;
using BatchInfer.ServiceDefaults;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;

namespace BatchInfer.UnitTests.Schemas;

/// <summary>What is made ahead of time for SQLite, scripts and a compiled model, is what migrations and model say.</summary>
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

    [Fact]
    public void The_compiled_model_is_the_one_that_the_code_describes()
    {
        using var context = (SqliteCoordinatorContext)Context(SqliteCoordinatorContext.Script, "Data Source=:memory:");
        Assert.NotNull(typeof(SqliteCoordinatorContext).Assembly.GetCustomAttributes<DbContextModelAttribute>().Single(a => a.ContextType == typeof(SqliteCoordinatorContext)));
        var compiled = context.Model;
        var described = context.GetService<IDesignTimeModel>().Model;
        Assert.NotSame(described, compiled);
        Assert.Equal(Lines(described), Lines(compiled));
    }

    /// <summary>Every table, column with its type and converter, key and index.</summary>
    private static List<string> Lines(IModel model) =>
    [
        .. model.GetEntityTypes().OrderBy(t => t.Name, StringComparer.Ordinal).SelectMany(t => (string[])
        [
            $"{t.Name} in {t.GetTableName()}",
            .. t.GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p =>
                $"{t.Name}.{p.Name}: {p.ClrType}, {p.GetColumnName()}, {p.GetColumnType()}, null {p.IsNullable}, token {p.IsConcurrencyToken}, made {p.ValueGenerated}, as {Converted(p)}"),
            .. t.GetKeys().Select(k => $"{t.Name} key {string.Join(", ", k.Properties.Select(p => p.Name))}, primary {k.IsPrimaryKey()}").Order(StringComparer.Ordinal),
            .. t.GetIndexes().Select(i => $"{t.Name} index {string.Join(", ", i.Properties.Select(p => p.Name))}, unique {i.IsUnique}").Order(StringComparer.Ordinal),
            .. t.GetForeignKeys().Select(f => $"{t.Name} to {f.PrincipalEntityType.Name} by {string.Join(", ", f.Properties.Select(p => p.Name))}").Order(StringComparer.Ordinal),
        ]),
    ];

    /// <summary>What a value becomes in the file, and that it comes back.</summary>
    private static string Converted(IProperty property)
    {
        if (property.GetTypeMapping().Converter is not { } converter) return "it is";
        object value = converter.ModelClrType == typeof(DateTimeOffset) ? new DateTimeOffset(2026, 3, 29, 1, 2, 3, 456, TimeSpan.Zero)
            : converter.ModelClrType.IsEnum ? Enum.GetValues(converter.ModelClrType).GetValue(1)!
            : throw new NotSupportedException($"{property.Name}: no value of {converter.ModelClrType} is tried.");
        object? stored = converter.ConvertToProvider(value);
        Assert.Equal(value, converter.ConvertFromProvider(stored));
        return $"{stored}";
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
