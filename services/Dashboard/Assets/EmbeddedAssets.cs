using System.Reflection;

namespace BatchInfer.Dashboard.Assets;

/// <summary>Scripts, styles and icons, from the assembly itself: no folder beside it, and no other host.</summary>
internal sealed class EmbeddedAssets
{
    private const string Prefix = "page/";
    private readonly Dictionary<string, Lazy<EmbeddedAsset>> _assets;

    public EmbeddedAssets()
    {
        var assembly = Assembly.GetExecutingAssembly();
        _assets = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(
            n => n[Prefix.Length..], n => new Lazy<EmbeddedAsset>(() => Read(assembly, n)), StringComparer.Ordinal);
    }

    public IEnumerable<string> Paths => _assets.Keys;

    public EmbeddedAsset this[string path] => _assets[path].Value;

    /// <summary>Address of an asset, which changes with its content, so that a browser may keep it for good.</summary>
    public string Url(string path) => $"{path}?v={this[path].Version}";

    private static EmbeddedAsset Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new EmbeddedAsset(Path.GetExtension(name) switch
        {
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        }, content);
    }
}
