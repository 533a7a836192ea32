using BatchInfer.Results.ExportPredictions;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace BatchInfer.Results.ExportViews;

/// <summary>The views, where there can be any: on PostgreSQL, in the schema that the settings name.</summary>
internal sealed class ViewStore : IAsyncDisposable
{
    private readonly string? _schema;
    private readonly bool _isPostgres;

    public ViewStore(IOptions<DatabaseOptions> database, IOptions<ExportOptions> export)
    {
        (_schema, _isPostgres) = (export.Value.ViewSchema, database.Value.Provider == DatabaseProvider.Postgres);
        if (_isPostgres && _schema is not null) Views = new PostgresViews(database.Value.PostgresConnectionString(), _schema);
    }

    /// <summary>Null where there can be none.</summary>
    public PostgresViews? Views { get; }

    /// <summary>Why there can be none.</summary>
    public ProblemHttpResult Unavailable() => Problems.Conflict(_isPostgres
        ? "Views are turned off. Set Export__ViewSchema of the results service to the schema that they go into."
        : "Views need PostgreSQL, and this server keeps its predictions in SQLite. Export the job to a file instead.");

    /// <summary>A name that is not ours.</summary>
    public ProblemHttpResult Foreign(string name) =>
        Problems.Conflict($"{_schema}.{name} was not made by BatchInfer and is left alone. Choose another name.", "name");

    public ValueTask DisposeAsync() => Views?.DisposeAsync() ?? default;
}
