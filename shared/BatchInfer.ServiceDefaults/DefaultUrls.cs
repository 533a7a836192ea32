using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace BatchInfer.ServiceDefaults;

/// <summary>Where a service listens unless told otherwise: on loopback only.</summary>
public static class DefaultUrls
{
    /// <summary>Sets the address used when neither <c>ASPNETCORE_URLS</c> nor <c>--urls</c> gives one.</summary>
    public static WebApplicationBuilder DefaultUrl(this WebApplicationBuilder builder, string url)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey])) builder.WebHost.UseUrls(url);
        return builder;
    }
}
