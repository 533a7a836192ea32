using BatchInfer.ServiceDefaults;

namespace BatchInfer.Results.Data;

/// <summary>Answers 503 in place of 500 while the database is away, so that clients try again.</summary>
internal sealed class DatabaseGate(ResultsDatabase database, TimeProvider time) : IEndpointFilter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            await database.Ready.WaitAsync(Patience, time, context.HttpContext.RequestAborted);
            return await next(context);
        }
        catch (Exception e) when (Faults.IsTransient(e))
        {
            context.HttpContext.Response.Headers.RetryAfter = "5";
            return Problems.Create(
                StatusCodes.Status503ServiceUnavailable, "unavailable", "The database of the results does not answer. Try again in a moment.", null);
        }
    }
}
