namespace BatchInfer.Dashboard.Hosting;

/// <summary>What a browser is told about the page, and what it is not believed.</summary>
internal static class PageSecurity
{
    // Styles may stand in attributes: the component library places its parts by them. Scripts may not, and nothing comes from
    // another host.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    public static void UsePageSecurity(this WebApplication app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (!IsCircuit(context) || IsSameOrigin(context)) return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    });

    // Browsers let any site open a WebSocket to any host, this machine's loopback included.
    private static bool IsCircuit(HttpContext context) => context.Request.Path.StartsWithSegments("/_blazor", StringComparison.Ordinal);

    private static bool IsSameOrigin(HttpContext context) =>
        context.Request.Headers.Origin is not [{ Length: > 0 } origin]
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, context.Request.Host.Value, StringComparison.OrdinalIgnoreCase));
}
