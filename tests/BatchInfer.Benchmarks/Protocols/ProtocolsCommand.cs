using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Benchmarks.Lookup;
using BatchInfer.Benchmarks.Persist;
using BatchInfer.Contracts;
using Grpc.Net.Client;

namespace BatchInfer.Benchmarks.Protocols;

/// <summary><c>protocols</c>: the same lookups over HTTP/1.1 with JSON and over gRPC, by ordinary clients: what each costs the service, and the client.</summary>
internal static class ProtocolsCommand
{
    private const int BatchKeys = 1000, Samples = 4096;

    private delegate Task Call(int connection, Random random);

    public static Command Create()
    {
        var stored = new Option<long>("--stored") { Description = "Predictions stored beforehand", DefaultValueFactory = _ => 200_000 };
        var connections = new Option<int>("--connections") { Description = "Connections, each with one call at a time", DefaultValueFactory = _ => 8 };
        var seconds = new Option<int>("--seconds") { Description = "Seconds of each measurement", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median counts", DefaultValueFactory = _ => 3 };
        var command = new Command("protocols", "Lookups over HTTP beside the same over gRPC") { stored, connections, seconds, rounds };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(stored), parsed.GetValue(connections), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds)));
        return command;
    }

    private static async Task<int> RunAsync(long stored, int connections, TimeSpan duration, int rounds)
    {
        await using var postgres = await BenchmarkPostgres.StartAsync();
        await LookupCommand.FillAsync(postgres, stored);
        await using var uncached = await ProtocolServer.StartAsync(postgres.ConnectionString, cacheMegabytes: 0);
        await using var cached = await ProtocolServer.StartAsync(postgres.ConnectionString, cacheMegabytes: 128);
        using var clients = new Clients(connections, uncached, cached);
        (string Way, ProtocolServer Server, int Keys, Call Call)[] ways =
        [
            ("one, HTTP GET", uncached, 1, (c, random) => clients.Http(uncached, c).FindAsync(GeneratedChunks.Model, Text(random))),
            ("one, gRPC", uncached, 1, async (c, random) => await clients.Grpc(uncached, c).OneAsync(new OneRequest { Model = GeneratedChunks.Model, Input = Text(random) })),
            ("one, cached, HTTP GET", cached, 1, (c, random) => clients.Http(cached, c).FindAsync(GeneratedChunks.Model, Text(random))),
            ("one, cached, gRPC", cached, 1, async (c, random) => await clients.Grpc(cached, c).OneAsync(new OneRequest { Model = GeneratedChunks.Model, Input = Text(random) })),
            ($"{BatchKeys} keys, HTTP POST", uncached, BatchKeys, (c, random) => clients.Http(uncached, c).LookupAsync(new LookupRequest
            {
                Model = GeneratedChunks.Model, Inputs = new JsonArray([.. Texts(random).Select(t => JsonValue.Create(t))]),
            })),
            ($"{BatchKeys} keys, gRPC", uncached, BatchKeys, async (c, random) => await clients.Grpc(uncached, c).ManyAsync(new ManyRequest { Model = GeneratedChunks.Model, Inputs = { Texts(random) } })),
        ];
        var rates = ways.Select(_ => new List<Cost>()).ToArray();
        for (int round = 0; round <= rounds; round++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                var cost = await MeasureAsync(ways[way].Server.ProcessId, connections, duration, ways[way].Keys, ways[way].Call);
                // The first round warms up.
                if (round > 0) rates[way].Add(cost);
            }
        }

        var table = new MarkdownTable($"{connections} connections", "keys/s", "service, µs a key", "client, µs a key");
        for (int way = 0; way < ways.Length; way++)
            table.Add(ways[way].Way, N(rates[way], c => c.KeysPerSecond, "N0"), N(rates[way], c => c.Service, "N1"), N(rates[way], c => c.Client, "N1"));
        table.Write();
        return 0;

        string Text(Random random) => GeneratedChunks.Text(random.Next(Samples));
        IEnumerable<string> Texts(Random random) => Enumerable.Range(0, BatchKeys).Select(_ => GeneratedChunks.Text(random.NextInt64(stored)));
    }

    private static async Task<Cost> MeasureAsync(int service, int connections, TimeSpan duration, int keys, Call call)
    {
        long calls = 0, started = Stopwatch.GetTimestamp();
        double serviceBefore = ProcessorTime.Of(service), clientBefore = ProcessorTime.Of(Environment.ProcessId);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(c => Task.Run(async () =>
        {
            var random = new Random(c);
            for (; Stopwatch.GetElapsedTime(started) < duration; Interlocked.Increment(ref calls)) await call(c, random);
        })));
        double micro = 1e6 / (calls * keys);
        return new Cost(
            calls * keys / Stopwatch.GetElapsedTime(started).TotalSeconds,
            (ProcessorTime.Of(service) - serviceBefore) * micro, (ProcessorTime.Of(Environment.ProcessId) - clientBefore) * micro);
    }

    private static string N(List<Cost> costs, Func<Cost, double> figure, string format) =>
        costs.Select(figure).ToList().Median().ToString(format, CultureInfo.InvariantCulture);

    private sealed record Cost(double KeysPerSecond, double Service, double Client);

    /// <summary>A client of its own for each connection to each server, so that both protocols have as many.</summary>
    private sealed class Clients : IDisposable
    {
        private readonly Dictionary<ProtocolServer, BatchInferClient[]> _http = [];
        private readonly Dictionary<ProtocolServer, GrpcChannel[]> _channels = [];
        private readonly Dictionary<ProtocolServer, Lookups.LookupsClient[]> _grpc = [];

        public Clients(int connections, params ProtocolServer[] servers)
        {
            foreach (var server in servers)
            {
                _http[server] = [.. Enumerable.Range(0, connections).Select(_ => new BatchInferClient(new Uri($"http://127.0.0.1:{server.HttpPort}")))];
                _channels[server] = [.. Enumerable.Range(0, connections).Select(_ => GrpcChannel.ForAddress($"http://127.0.0.1:{server.GrpcPort}"))];
                _grpc[server] = [.. _channels[server].Select(channel => new Lookups.LookupsClient(channel))];
            }
        }

        public BatchInferClient Http(ProtocolServer server, int connection) => _http[server][connection];

        public Lookups.LookupsClient Grpc(ProtocolServer server, int connection) => _grpc[server][connection];

        public void Dispose()
        {
            foreach (var client in _http.Values.SelectMany(c => c)) client.Dispose();
            foreach (var channel in _channels.Values.SelectMany(c => c)) channel.Dispose();
        }
    }
}
