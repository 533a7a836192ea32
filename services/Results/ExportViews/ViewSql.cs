using System.Globalization;
using BatchInfer.Results.ExportPredictions;

namespace BatchInfer.Results.ExportViews;

/// <summary>The queries behind views. Whatever comes from outside is in them as a literal that the server itself quoted, or as a number.</summary>
internal static class ViewSql
{
    private const string PredictionColumns =
        """
        p.input, p.input_pair, best.label, best.score, p.output, p.embedding, p.tokens_cut,
            r.model, r.revision, r.task, r.parameters, p.key, p.created_at AS predicted_at
        """;

    /// <summary>What the input's columns are called in a table: neither as the query's own columns nor as those that PostgreSQL gives every table.</summary>
    public static readonly ColumnNames InputNames = ColumnNames.OfTable(new HashSet<string>(
    [
        "ordinal", "custom_id", "input", "input_pair", "label", "score", "output", "embedding", "tokens_cut", "model", "revision", "task", "parameters", "key",
        "predicted_at", "error_code", "error_message", "tableoid", "cmin", "xmin", "cmax", "xmax", "ctid",
    ], StringComparer.Ordinal));

    // The best label of a classification; NULL for other outputs. Also for one with U+0000 in it, which is valid JSON, but no text of
    // PostgreSQL's: reading any member of it would fail the whole query.
    private const string Best =
        """
        LEFT JOIN LATERAL (
            SELECT e ->> 'label' AS label, (e ->> 'score')::double precision AS score
            FROM json_array_elements(CASE WHEN json_typeof(p.output) = 'array' AND strpos(p.output::text, '\u0000') = 0 THEN p.output ELSE '[]' END) AS e
            WHERE json_typeof(e) = 'object' AND e ->> 'label' IS NOT NULL AND json_typeof(e -> 'score') = 'number'
            ORDER BY 2 DESC LIMIT 1) AS best ON true
        """;

    /// <summary>A job's records in input order, each with its prediction or its error.</summary>
    /// <param name="number">The job's number in this database.</param>
    /// <param name="lineOffset">What makes a record's line number of its ordinal.</param>
    /// <param name="inputs">Quoted names of the input's columns in <see cref="InputTable"/>, or null for a query without them.</param>
    public static string OfJob(int number, int? lineOffset, IReadOnlyList<string>? inputs = null) => string.Create(CultureInfo.InvariantCulture,
        $"""
        SELECT i.ordinal, coalesce(i.custom_id, (i.ordinal + {lineOffset ?? 0})::text) AS custom_id,
            {string.Concat((inputs ?? []).Select(name => $"t.{name}, "))}{PredictionColumns},
            coalesce(e.code, CASE WHEN i.key IS NOT NULL AND p.key IS NULL THEN 'prediction_deleted' END) AS error_code, e.message AS error_message
        FROM results.job_items AS i
        {(inputs is null ? "" : $"JOIN {InputTable.Name} AS t ON t.ordinal = i.ordinal")}
        LEFT JOIN results.predictions AS p ON p.key = i.key
        LEFT JOIN results.predictors AS r ON r.id = p.predictor
        LEFT JOIN results.item_errors AS e ON i.key IS NULL AND e.job = {number} AND e.ordinal = i.ordinal
        {Best}
        WHERE i.job = {number}
        """);

    /// <summary>All predictions of a revision.</summary>
    /// <param name="revision">Quoted literal.</param>
    /// <param name="task">Quoted literal, or null for every task.</param>
    public static string OfRevision(string revision, string? task) => OfPredictions($"r.revision = {revision}", task);

    /// <summary>All predictions of the revision that a name stands for whenever the view is read.</summary>
    /// <param name="name">Quoted literal.</param>
    /// <param name="task">Quoted literal, or null for every task.</param>
    public static string OfName(string name, string? task) =>
        OfPredictions($"r.revision = (SELECT m.revision FROM results.models AS m WHERE m.name = {name})", task);

    private static string OfPredictions(string which, string? task) =>
        $"""
        SELECT {PredictionColumns}
        FROM results.predictions AS p
        JOIN results.predictors AS r ON r.id = p.predictor
        {Best}
        WHERE {which}{(task is null ? "" : $" AND r.task = {task}")}
        """;
}
