using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace BatchInfer.Dashboard.Assets;

/// <summary>Serves the assets, packed and to be kept.</summary>
internal static class EmbeddedAssetEndpoints
{
    public static void MapEmbeddedAssets(this WebApplication app)
    {
        var assets = app.Services.GetRequiredService<EmbeddedAssets>();
        foreach (string path in assets.Paths) app.MapGet(path, (HttpContext context) => Answer(context, assets[path])).ExcludeFromDescription();
    }

    private static FileContentHttpResult Answer(HttpContext context, EmbeddedAsset asset)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = context.Request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
        var tag = new EntityTagHeaderValue($"\"{asset.Version}\"");
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
            return TypedResults.Bytes(asset.Content, asset.ContentType, entityTag: tag);
        headers.ContentEncoding = "gzip";
        return TypedResults.Bytes(asset.Gzip, asset.ContentType, entityTag: tag);
    }
}
