using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Benchmarks.Throughput;
using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Startup;

/// <summary><c>startup</c>: what <c>batchinfer run</c> on a hundred records takes beyond loading the model and predicting them.</summary>
internal static class StartupCommand
{
    private const int Records = 100;

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median counts", DefaultValueFactory = _ => 5 };
        var program = new Option<string>("--program")
        {
            Description = "batchinfer.dll to start, e.g. a published one [the built one]",
            DefaultValueFactory = _ => Path.Combine(Repository.Root, "services", "Cli", "bin", "Release", "net10.0", "batchinfer.dll"),
        };
        var command = new Command("startup", "`batchinfer run` on a hundred records against loading the model and predicting them") { rounds, program };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(rounds), Path.GetFullPath(parsed.GetValue(program)!)));
        return command;
    }

    private static async Task<int> RunAsync(int rounds, string program)
    {
        var texts = File.ReadLines(Path.Combine(Repository.Root, "samples", "sentences.jsonl")).Take(Records).ToList();
        using var folder = new TemporaryFolder();
        string corpus = folder["corpus.jsonl"];
        File.WriteAllLines(corpus, texts);
        var bare = new List<double>();
        var command = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            bare.Add(await BareAsync(texts));
            command.Add(await CommandAsync(program, corpus, folder[$"data-{round}"]));
        }

        var table = new MarkdownTable("what", "seconds");
        table.Add("load the model and predict 100 records, in this process", Seconds(bare.Median()));
        table.Add("batchinfer run on 100 records, a process of its own", Seconds(command.Median()));
        table.Add("difference", Seconds(command.Median() - bare.Median()));
        table.Write();
        return 0;
    }

    private static async Task<double> BareAsync(List<string> lines)
    {
        using var model = new ModelArgument("sentiment");
        var inputs = lines.Select(l => new TextInput(System.Text.Json.JsonDocument.Parse(l).RootElement.GetProperty("text").GetString()!, null)).ToList();
        long started = Stopwatch.GetTimestamp();
        await using var engine = InferenceEngine.Load(model.Package, new InferenceOptions());
        await foreach (var batch in engine.InferAsync(TaskNames.TextClassification, InferenceParameters.Empty, inputs, CancellationToken.None)) _ = batch;
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> CommandAsync(string program, string corpus, string data)
    {
        if (!File.Exists(program)) throw new FileNotFoundException($"{program} is not built: dotnet build -c Release services/Cli");
        var start = new ProcessStartInfo("dotnet", [program, "run", "--model", Path.Combine(Repository.SampleModels, "sentiment"), "--input", corpus, "--data", data, "--json"])
        {
            RedirectStandardOutput = true,
        };
        long started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"batchinfer run ended with {process.ExitCode}.");
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static string Seconds(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
