using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Results;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace BatchInfer.Benchmarks.Protocols;

/// <summary>The results service with gRPC beside HTTP/1.1, as a process of its own: this program, started once more.</summary>
internal sealed class ProtocolServer : IAsyncDisposable
{
    private const string ConnectionString = "BATCHINFER_BENCH_PROTOCOLS";
    private readonly Process _process;

    private ProtocolServer(Process process, int http, int grpc) => (_process, HttpPort, GrpcPort) = (process, http, grpc);

    public int HttpPort { get; }

    public int GrpcPort { get; }

    public int ProcessId => _process.Id;

    public static Command CreateCommand()
    {
        Argument<int> http = new("http"), grpc = new("grpc");
        var command = new Command("protocol-server", "What 'protocols' starts") { http, grpc };
        command.Hidden = true;
        command.SetAction((parsed, _) => ServeAsync(parsed.GetValue(http), parsed.GetValue(grpc)));
        return command;
    }

    /// <summary>Starts it; returns when it is ready.</summary>
    /// <param name="connectionString">Of the database with the predictions.</param>
    /// <param name="cacheMegabytes">Size of the cache; 0 for none.</param>
    public static async Task<ProtocolServer> StartAsync(string connectionString, int cacheMegabytes)
    {
        int http = Loopback.FreePort(), grpc = Loopback.FreePort();
        var start = new ProcessStartInfo("dotnet", [typeof(ProtocolServer).Assembly.Location, "protocol-server", $"{http}", $"{grpc}"]);
        start.Environment[ConnectionString] = connectionString;
        start.Environment["LookUp__CacheMegabytes"] = cacheMegabytes.ToString(CultureInfo.InvariantCulture);
        var process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        await Readiness.AwaitAsync(process, http, "The server");
        return new ProtocolServer(process, http, grpc);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task ServeAsync(int http, int grpc)
    {
        var builder = ServiceHost.CreateBuilder([
            $"--Database:ConnectionString={Environment.GetEnvironmentVariable(ConnectionString)}", "--Bus:Transport=InMemory", "--Logging:LogLevel:Default=Warning",
            "--Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks=None",
        ]);
        builder.AddServiceDefaults("batchinfer-results");
        builder.AddResults();
        builder.Services.AddBus(builder.Configuration, bus => bus.AddResultsConsumers());
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = 16 << 20);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, http, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, grpc, listen => listen.Protocols = HttpProtocols.Http2);
        });
        await using var app = builder.Build();
        app.MapServiceDefaults();
        app.MapResults();
        app.MapGrpcService<GrpcLookups>();
        await app.RunAsync();
    }
}
