using System.CommandLine;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary><c>throughput</c>: ours over the broker and the database, ours embedded, the ceiling and the peer, in one run.</summary>
internal static class ThroughputCommand
{
    public static Command Create()
    {
        var models = new Option<string[]>("--model") { Description = "Models: NAME or NAME:VARIANT", DefaultValueFactory = _ => ["synthetic-minilm-l6"], AllowMultipleArgumentsPerToken = true };
        var corpus = new Option<string>("--corpus") { Description = "Corpus of the assets", DefaultValueFactory = _ => "mixed-en/mixed-en-0.jsonl.gz" };
        var records = new Option<int>("--records") { Description = "Texts, from the corpus' start; 0: as many as the ceiling takes --seconds for", DefaultValueFactory = _ => 0 };
        var seconds = new Option<int>("--seconds") { Description = "How long the ceiling should take, where --records does not say how many", DefaultValueFactory = _ => 10 };
        var workers = new Option<int>("--workers") { Description = "Worker processes; the threads are shared among them", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Runs side by side in all, and the peer's threads", DefaultValueFactory = _ => Environment.ProcessorCount };
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median of each way counts", DefaultValueFactory = _ => 3 };
        var peer = new Option<bool>("--peer") { Description = "Measure the peer too (needs node; installs it from npm)" };
        var command = new Command("throughput", "Records per second of a whole job, as a ratio to bare ONNX Runtime") { models, corpus, records, seconds, workers, threads, rounds, peer };
        command.SetAction(async (parsed, _) =>
        {
            foreach (string model in parsed.GetValue(models)!)
                await new ThroughputBenchmark(model, parsed.GetValue(corpus)!, parsed.GetValue(records), parsed.GetValue(seconds), parsed.GetValue(workers),
                    parsed.GetValue(threads), parsed.GetValue(rounds), parsed.GetValue(peer)).RunAsync();
            return 0;
        });
        return command;
    }
}
