using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BatchInfer.UnitTests.Inference;

/// <summary>A hub with the address layout of the real one: it describes a repository, and redirects large files to a store elsewhere.</summary>
internal sealed class HubServer : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private readonly WebApplication _hub, _store;

    private HubServer()
    {
        _hub = Build(AnswerAsync);
        _store = Build(SendAsync);
    }

    /// <summary>Files of the repository org/name.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Paths whose contents differ from their digest.</summary>
    public HashSet<string> Damaged { get; } = new(StringComparer.Ordinal);

    /// <summary>Connections that the store cuts in the middle before one goes through.</summary>
    public int Cuts { get; set; }

    public int Status { get; set; } = 200;

    /// <summary>What is said of the repository in place of the truth, or null.</summary>
    public string? Description { get; set; }

    public bool IgnoresRanges { get; set; }

    public ConcurrentQueue<(string Host, string Path, string? Range, string? Authorization)> Requests { get; } = new();

    public Uri Address => new(_hub.Urls.First());

    public static async Task<HubServer> StartAsync()
    {
        var server = new HubServer();
        await server._hub.StartAsync(TestContext.Current.CancellationToken);
        await server._store.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static WebApplication Build(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        return app;
    }

    private async Task AnswerAsync(HttpContext http)
    {
        Note("hub", http);
        string path = http.Request.Path.Value!;
        if (Status != 200) http.Response.StatusCode = Status;
        else if (Description is not null && path == "/api/models/org/name/revision/main") await http.Response.WriteAsync(Description);
        else if (path is "/api/models/org/name/revision/main" or "/api/models/org/name/revision/v1") await http.Response.WriteAsJsonAsync(new { sha = Commit, siblings = Files.Select(Describe) });
        else if (path.StartsWith($"/org/name/resolve/{Commit}/", StringComparison.Ordinal))
        {
            string file = path[$"/org/name/resolve/{Commit}/".Length..];
            if (IsLarge(file)) http.Response.Redirect(new Uri(new Uri(_store.Urls.First()), file).ToString());
            else await SendAsync(http, file);
        }
        else http.Response.StatusCode = 404;
    }

    private Task SendAsync(HttpContext http)
    {
        Note("store", http);
        return SendAsync(http, http.Request.Path.Value![1..]);
    }

    private async Task SendAsync(HttpContext http, string file)
    {
        byte[] content = [.. Files[file]];
        if (Damaged.Contains(file)) content[^1] ^= 1;
        int from = 0;
        if (!IgnoresRanges && http.Request.GetTypedHeaders().Range?.Ranges.Single().From is { } start)
        {
            from = (int)start;
            http.Response.StatusCode = 206;
            http.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{content.Length - 1}/{content.Length}");
        }

        http.Response.ContentLength = content.Length - from;
        bool cut = IsLarge(file) && Cuts > 0;
        await http.Response.Body.WriteAsync(content.AsMemory(from, cut ? (content.Length - from) / 2 : content.Length - from));
        // Fewer bytes than announced: the server closes the connection.
        if (cut) Cuts--;
    }

    private static bool IsLarge(string file) => file.EndsWith(".onnx", StringComparison.Ordinal);

    private static object Describe(KeyValuePair<string, byte[]> file) => IsLarge(file.Key)
        ? new { rfilename = file.Key, size = file.Value.Length, lfs = new { sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Value)), size = file.Value.Length } }
        : new { rfilename = file.Key, size = file.Value.Length, blobId = GitBlob(file.Value) };

#pragma warning disable CA5350 // Git's object ids are SHA-1.
    private static string GitBlob(byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")), .. content]));
#pragma warning restore CA5350

    private void Note(string host, HttpContext http) => Requests.Enqueue(
        (host, http.Request.Path.Value!, http.Request.Headers.Range.FirstOrDefault(), http.Request.Headers.Authorization.FirstOrDefault()));
}
