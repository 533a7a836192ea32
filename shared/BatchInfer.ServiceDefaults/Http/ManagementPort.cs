using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchInfer.ServiceDefaults;

/// <summary>
/// Keeps metrics and health to a port of their own where one is set: what leads requests in from outside then cannot lead them there,
/// whatever paths it passes on.
/// </summary>
internal static class ManagementPort
{
    /// <summary>Listens there too, on the interfaces of the service's first address.</summary>
    public static void AddManagementPort(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ManagementOptions>().Bind(builder.Configuration.GetSection(ManagementOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ManagementOptions>, ManagementOptionsValidator>();
        if (Of(builder.Configuration) is not { } port || builder.Configuration[WebHostDefaults.ServerUrlsKey] is not { Length: > 0 } urls) return;
        builder.WebHost.UseUrls([.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries), $"http://{BindingAddress.Parse(urls.Split(';')[0]).Host}:{port}"]);
    }

    /// <summary>Answers 404 to what is asked on the wrong port.</summary>
    public static void UseManagementPort(this WebApplication app)
    {
        if (Of(app.Configuration) is not { } port) return;
        app.Use((context, next) =>
        {
            // By the endpoint that was found, as a path can be written in several ways; and by the socket, as a Host header says what its sender likes.
            var shown = context.GetEndpoint()?.Metadata.GetMetadata<Management>();
            if (context.Connection.LocalPort == port ? shown is not null : shown is null or { ElsewhereToo: true }) return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    /// <summary>Marks what the port is for.</summary>
    public static void OnManagementPort(this IEndpointConventionBuilder endpoint, bool elsewhereToo = false) =>
        endpoint.Add(e => e.Metadata.Add(new Management(elsewhereToo)));

    private static int? Of(IConfiguration configuration) => configuration.GetSection(ManagementOptions.Section).Get<ManagementOptions>()?.Port;

    private sealed record Management(bool ElsewhereToo);
}
