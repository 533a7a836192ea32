using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace BatchInfer.ServiceDefaults;

/// <summary>A request that comes before the tables are there waits a little, and is then told to come back.</summary>
public static class DatabaseReadiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Holds requests below <c>/v1</c> back until a schema is up to date; after five seconds they are answered 503 with Retry-After.</summary>
    /// <typeparam name="TSchema">The schema, a service of the app's.</typeparam>
    public static WebApplication UseDatabaseReady<TSchema>(this WebApplication app)
        where TSchema : SchemaMigration
    {
        ArgumentNullException.ThrowIfNull(app);
        var schema = app.Services.GetRequiredService<TSchema>();
        app.Use(async (context, next) =>
        {
            if (!schema.Ready.IsCompletedSuccessfully && context.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)
                // Who asks what is wrong is told, all the more while the database is away.
                && !context.Request.Path.StartsWithSegments("/v1/doctor", StringComparison.OrdinalIgnoreCase))
            {
                try
                {
                    await schema.Ready.WaitAsync(Patience, context.RequestAborted);
                }
                catch (TimeoutException e)
                {
                    throw new DatabaseNotReadyException(e.Message, e);
                }
            }

            await next(context);
        });
        return app;
    }
}
