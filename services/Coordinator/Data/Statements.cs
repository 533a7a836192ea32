using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace BatchInfer.Coordinator.Data;

/// <summary>
/// Statements written by hand, for what is done for every shard and every heartbeat: Entity Framework would need several for it, and
/// longer to make each than the database to run it.
/// </summary>
internal static class Statements
{
    private static readonly SqliteCoordinatorContext.UnixMicroseconds s_microseconds = new();

    /// <summary>A command on the context's connection and in its transaction, where it has one.</summary>
    public static async Task<DbCommand> CommandAsync(this CoordinatorContext context, string sql, CancellationToken ct)
    {
        await context.Database.OpenConnectionAsync(ct);
        var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
        return command;
    }

    /// <summary>Adds a parameter, converted as the context's database keeps such values.</summary>
    public static DbCommand With(this DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value switch
        {
            null => DBNull.Value,
            DateTimeOffset time when command is not Npgsql.NpgsqlCommand => s_microseconds.ConvertToProvider(time),
            DateTimeOffset time => time.ToUniversalTime(),
            _ => value,
        };
        command.Parameters.Add(parameter);
        return command;
    }
}
