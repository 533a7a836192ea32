using BatchInfer.ServiceDefaults;

namespace BatchInfer.Coordinator.Data;

/// <summary>A request that comes before the tables are there waits a little, and is then told to come back.</summary>
internal static class DatabaseReadiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void UseDatabaseReady(this WebApplication app)
    {
        var database = app.Services.GetRequiredService<CoordinatorDatabase>();
        app.Use(async (context, next) =>
        {
            if (!database.Ready.IsCompletedSuccessfully && context.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase))
            {
                try
                {
                    await database.Ready.WaitAsync(Patience, context.RequestAborted);
                }
                catch (TimeoutException e)
                {
                    throw new DatabaseNotReadyException(e.Message, e);
                }
            }

            await next(context);
        });
    }
}
