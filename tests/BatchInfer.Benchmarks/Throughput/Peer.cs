using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BatchInfer.Benchmarks.Hosting;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>The peer: transformers.js over onnxruntime-node, from the assets' oracle folder, on the same model, texts and threads.</summary>
internal sealed class Peer
{
    /// <summary>How the name of a way ends whose texts were sorted by length.</summary>
    public const string Sorted = "sorted";

    private readonly string _folder;

    private Peer(string folder) => _folder = folder;

    /// <summary>Where it is installed.</summary>
    public string Folder => _folder;

    /// <summary>Installs it from npm at the first use; null, with a sentence, where there is no node or no oracle.</summary>
    public static async Task<Peer?> FindAsync()
    {
        try
        {
            string source = BenchmarkAssets.Find("oracle");
            string folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "batchinfer-peer");
            Directory.CreateDirectory(folder);
            foreach (string name in (string[])["oracle.mjs", "package.json"]) File.WriteAllText(Path.Combine(folder, name), File.ReadAllText(Path.Combine(source, name)));
            if (!Directory.Exists(Path.Combine(folder, "node_modules"))) await RunAsync(folder, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund");
            return new Peer(folder);
        }
        catch (Exception e) when (e is FileNotFoundException or System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            Console.Error.WriteLine($"Without the peer: {e.Message}");
            return null;
        }
    }

    /// <summary>The name of a way.</summary>
    public static string Way(int batch, bool sorted) => $"peer, {batch} a batch, {(sorted ? Sorted : "arrival order")}";

    public async Task<Measurement> MeasureAsync(string model, bool int8, string corpus, int records, int batch, bool sorted, int threads)
    {
        string Number(int n) => n.ToString(CultureInfo.InvariantCulture);
        string output = await RunAsync(_folder, "node", ["oracle.mjs", "bench", "--model", model, "--corpus", corpus, "--n", Number(records), "--batch", Number(batch),
            "--threads", Number(threads), "--dtype", int8 ? "q8" : "fp32", .. sorted ? (string[])["--sort"] : []]);
        using var json = JsonDocument.Parse(output.Trim().Split('\n')[^1]);
        long tokens = json.RootElement.GetProperty("tokens").GetInt64();
        return new Measurement(
            Way(batch, sorted), json.RootElement.GetProperty("items").GetInt64(), json.RootElement.GetProperty("seconds").GetDouble(),
            tokens, (long)(tokens / (1 - json.RootElement.GetProperty("padding_share").GetDouble())));
    }

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["ASSETS"] = BenchmarkAssets.Find();
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
