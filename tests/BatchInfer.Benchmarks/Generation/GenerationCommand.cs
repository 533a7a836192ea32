using System.CommandLine;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Benchmarks.Throughput;
using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>
/// <c>generation</c>: tokens per second on prompts and answers of mixed lengths, by the engine alone and by whole jobs, against the bare step
/// loop at its best batch; and what a beginning that prompts share saves.
/// </summary>
internal static class GenerationCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "A model that generates: NAME or NAME:VARIANT of the assets, or a folder" };
        var prompts = new Argument<string>("prompts") { Description = "JSON lines with text, gzipped or plain: a file, or a corpus of the assets" };
        var rows = new Option<int>("--rows") { Description = "Prompts; where the file has fewer, more are made from them", DefaultValueFactory = _ => 2000 };
        var most = new Option<int>("--new") { Description = "New tokens of a row, at most", DefaultValueFactory = _ => 48 };
        var prefix = new Option<int>("--prefix") { Description = "Tokens of the beginning that a decoder's prompts share; 0: leave that out", DefaultValueFactory = _ => 256 };
        var threads = new Option<int>("--threads") { Description = "Runs side by side", DefaultValueFactory = _ => 2 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds, of which the middle one of each ratio counts", DefaultValueFactory = _ => 3 };
        var stepTokens = new Option<int>("--step-tokens") { Description = "Size of one step; 0: the engine's own choice", DefaultValueFactory = _ => 0 };
        var peer = new Option<int>("--peer") { Description = "Prompts that the peer is measured on too (needs node; installs it from npm); 0: without it", DefaultValueFactory = _ => 0 };
        var command = new Command("generation", "Generated tokens per second, as a ratio to the bare step loop") { model, prompts, rows, most, prefix, threads, rounds, stepTokens, peer };
        command.SetAction(async (parsed, _) =>
        {
            using var argument = new ModelArgument(FullPath(parsed.GetRequiredValue(model)));
            string path = parsed.GetRequiredValue(prompts);
            var corpus = new BenchmarkCorpus(File.Exists(path) ? path : BenchmarkAssets.Find("corpora", path), parsed.GetValue(rows));
            var options = new GenerationOptions(parsed.GetValue(most), parsed.GetValue(prefix), parsed.GetValue(rounds), parsed.GetValue(peer),
                new InferenceOptions { ParallelRuns = parsed.GetValue(threads), MaxStepTokens = parsed.GetValue(stepTokens) });
            await new GenerationBenchmark(argument, DistinctTexts.Take(corpus.Texts, parsed.GetValue(rows)), options).RunAsync();
            return 0;
        });
        return command;
    }

    private static string FullPath(string model) => Directory.Exists(model) ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(model)) : model;
}
