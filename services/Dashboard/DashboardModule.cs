using BatchInfer.Dashboard.Assets;
using BatchInfer.Dashboard.Hosting;
using BatchInfer.Dashboard.Layout;
using BatchInfer.Dashboard.Live;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using MudBlazor.Services;

namespace BatchInfer.Dashboard;

/// <summary>The web page as a part of a host. It knows the HTTP API and nothing else, wherever that answers.</summary>
public static class DashboardModule
{
    /// <summary>Adds its services.</summary>
    public static WebApplicationBuilder AddDashboard(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<DashboardOptions>().Bind(builder.Configuration.GetSection(DashboardOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DashboardOptions>, DashboardOptionsValidator>();
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddAntiforgery(o => o.Cookie.Name = "batchinfer-antiforgery");
        // What it protects (circuits, antiforgery tokens) ends with the process: there is nothing to keep on a disk.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddMudServices();
        services.AddSingleton<EmbeddedAssets>().AddSingleton<ServerClient>().AddSingleton<LiveQueries>();
        return builder;
    }

    /// <summary>Maps the page and all that it loads.</summary>
    public static WebApplication MapDashboard(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UsePageSecurity();
        app.UseAntiforgery();
        app.MapEmbeddedAssets();
        app.MapPageEndpoints();
        app.MapRazorComponents<App>()
            // The policy of UsePageSecurity says it already, and more.
            .AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}
