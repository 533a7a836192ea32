using BatchInfer.Contracts;
using BatchInfer.Results.ExportPredictions;
using BatchInfer.Results.Models;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace BatchInfer.Results.ExportViews;

/// <summary>Views and tables of the user's own naming, so that other tools read predictions by plain SQL.</summary>
internal static class ViewEndpoints
{
    private const int LongestName = 63;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/views", ListAsync).WithName("ListViews").WithSummary("Views and tables made of stored predictions.")
            .Produces<Page<ViewResource>>().ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapPut("/views/{name}", PutAsync).WithName("PutView").WithSummary("Makes a view or a table of a job or a model, or replaces one made so.")
            .Produces<ViewResource>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapDelete("/views/{name}", DeleteAsync).WithName("DeleteView").WithSummary("Removes a view or a table made of stored predictions.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListAsync(ViewStore store, CancellationToken ct) =>
        store.Views is { } views ? TypedResults.Ok(new Page<ViewResource>(await views.ListAsync(ct), null)) : store.Unavailable();

    private static async Task<IResult> PutAsync(
        string name, ViewRequest request, ViewStore store, ModelResolver models, TableInputs inputs, CancellationToken ct)
    {
        if (store.Views is not { } views) return store.Unavailable();
        if (!IsName(name)) return Problems.Invalid("name", $"A name has letters, digits and _, no digit first, and at most {LongestName} characters.");
        if ((request.JobId is null) == (request.Model is null)) return Problems.Invalid("model", "Say what it shows: one of job_id and model.");
        if (request.Task is not null && (request.Model is null || !TaskCatalog.Tasks.ContainsKey(request.Task)))
            return Problems.Invalid("task", $"With a model, one of: {string.Join(", ", TaskCatalog.Tasks.Keys)}.");
        if (InputRefusal(request) is { } refused) return refused;
        try
        {
            bool isOurs;
            if (request.JobId is { } job)
            {
                if (await views.FindJobAsync(job, ct) is not { } found) return Problems.Create(StatusCodes.Status404NotFound, "not_found", $"Nothing of a job '{job}' is stored.", null);
                string source = $"job {job}";
                isOurs = request.Input
                    ? await views.PutAsync(name, source, found, await inputs.FindAsync(job, ct), ct)
                    : await views.PutAsync(name, request.Table, source, ViewSql.OfJob(found.Number, found.LineOffset), ct);
            }
            else
            {
                var (model, problem) = await models.FindAsync(request.Model!, ct);
                if (model is null) return Problems.Invalid("model", problem!);
                string? task = request.Task is null ? null : await views.QuoteAsync(request.Task, ct);
                bool byName = request.Model == model.Name;
                string source = $"model {(byName ? model.Name : $"{model.Name}@{model.Revision}")}{(request.Task is null ? "" : $", {request.Task}")}";
                string query = byName
                    ? ViewSql.OfName(await views.QuoteAsync(model.Name, ct), task)
                    : ViewSql.OfRevision(await views.QuoteAsync(model.Revision, ct), task);
                isOurs = await views.PutAsync(name, request.Table, source, query, ct);
            }

            if (!isOurs) return store.Foreign(name);
        }
        catch (InputUnavailableException e)
        {
            return Problems.Create(StatusCodes.Status409Conflict, "input_unavailable", e.Message, "input");
        }
        catch (PostgresException e) when (Refusal(e) is { } refusal)
        {
            return refusal;
        }

        return TypedResults.Ok((await views.ListAsync(ct)).First(v => v.Name == name));
    }

    private static async Task<IResult> DeleteAsync(string name, ViewStore store, CancellationToken ct)
    {
        if (store.Views is not { } views) return store.Unavailable();
        try
        {
            return await views.DeleteAsync(name, ct) switch
            {
                true => TypedResults.NoContent(),
                false => Problems.NotFound("view", name),
                null => store.Foreign(name),
            };
        }
        catch (PostgresException e) when (Refusal(e) is { } refusal)
        {
            return refusal;
        }
    }

    private static ProblemHttpResult? InputRefusal(ViewRequest request) => request switch
    {
        { Input: false } => null,
        { JobId: null } => Problems.Invalid("input", "The input's own columns are those of a job's corpus, and a model has none. Say which job, by job_id."),
        { Table: false } => Problems.Invalid("input", "A view cannot show the input's own columns: it reads what is stored, and they are in the corpus. Ask for a table."),
        _ => null,
    };

    private static ProblemHttpResult? Refusal(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.DependentObjectsStillExist => Problems.Conflict($"Something else is built on it: {e.Detail ?? e.MessageText}. Remove that first.", "name"),
        PostgresErrorCodes.InsufficientPrivilege => Problems.Conflict($"The database does not allow it: {e.MessageText}. Grant the role of Database__ConnectionString CREATE on the schema, or on the database where the schema is not there.", "name"),
        _ => null,
    };

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
