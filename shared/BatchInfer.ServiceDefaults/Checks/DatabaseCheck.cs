using System.Data.Common;
using System.Globalization;
using BatchInfer.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.ServiceDefaults;

/// <summary>Looks at a service's database: does it answer, of what version is it, is the schema this build's, what time is it there.</summary>
internal static class DatabaseCheck
{
    // The oldest that the product was tried with.
    private static readonly Version Least = new(15, 0);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<CheckResource>> RunAsync(Func<DbContext> contexts, string service, TimeProvider time, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(Patience);
        try
        {
            await using var context = contexts();
            await context.Database.OpenConnectionAsync(timeout.Token);
            var connection = context.Database.GetDbConnection();
            var checks = new List<CheckResource> { Server(context, connection.ServerVersion, service) };
            checks.Add(await SchemaAsync(context, service, timeout.Token));
            if (context.Database.IsNpgsql()) checks.Add(await ClockAsync(connection, service, time, timeout.Token));
            return checks;
        }
        catch (Exception e) when (!ct.IsCancellationRequested && (e is OperationCanceledException || DatabaseMigrator.IsTransient(e)))
        {
            // What a driver says may name the server, never the password.
            string reason = e is OperationCanceledException ? "no answer within 5 s" : (e.InnerException ?? e).Message;
            return [new CheckResource("database", service, CheckState.Failed, reason, "Start the database, or correct Database__ConnectionString; the service goes on by itself when it answers.")];
        }
    }

    // SQLite comes with the product.
    private static CheckResource Server(DbContext context, string version, string service) => context.Database.IsNpgsql()
        ? Installation.Server("database", service, "PostgreSQL", version, Least)
        : new CheckResource("database", service, CheckState.Passed, $"SQLite {version} answers");

    private static async Task<CheckResource> SchemaAsync(DbContext context, string service, CancellationToken ct)
    {
        var known = context.Database.GetMigrations().ToList();
        var applied = (await context.Database.GetAppliedMigrationsAsync(ct)).ToList();
        var pending = known.Except(applied).ToList();
        if (pending.Count > 0)
            return new CheckResource("schema", service, CheckState.Failed, $"{pending.Count} migrations are missing, from {pending[0]} on", "Restart the service: it brings its schema up to date when it starts. Its log says why it could not.");
        return applied.Count > known.Count
            ? new CheckResource("schema", service, CheckState.Warning, $"the schema is newer than this build, by {applied.Except(known).First()}", "Update this service to the version of the others.")
            : new CheckResource("schema", service, CheckState.Passed, string.Create(CultureInfo.InvariantCulture, $"{applied.Count} migrations, the last is {applied.LastOrDefault()}"));
    }

    private static async Task<CheckResource> ClockAsync(DbConnection connection, string service, TimeProvider time, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT clock_timestamp()";
        var asked = time.GetUtcNow();
        var theirs = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(ct))!);
        return Installation.Clock($"database of {service}", theirs, asked, time.GetUtcNow());
    }
}
