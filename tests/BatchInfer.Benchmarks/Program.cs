using System.CommandLine;
using BatchInfer.Benchmarks.Generation;
using BatchInfer.Benchmarks.Lookup;
using BatchInfer.Benchmarks.Persist;
using BatchInfer.Benchmarks.Planning;
using BatchInfer.Benchmarks.Pressure;
using BatchInfer.Benchmarks.Startup;
using BatchInfer.Benchmarks.Throughput;
using BatchInfer.Benchmarks.Tokenizers;

return await new RootCommand("Measures BatchInfer. Every figure stands beside a ceiling or a peer measured in the same run; docs/performance.md has the commands.")
{
    ThroughputCommand.Create(),
    CachedCommand.Create(),
    PlanningCommand.Create(),
    StartupCommand.Create(),
    PersistCommand.Create(),
    LookupCommand.Create(),
    Plain("tokenizers", "[RECORDS] [FOLDER WITH node_modules]: tokens per second of each kind of tokenizer, beside transformers.js", arguments => Task.FromResult(TokenizerBenchmark.Run(arguments))),
    Plain("generation", "MODEL_FOLDER REFERENCE_JSONL [--rows N] [--new N] [--threads N] [--step-tokens N]: generated tokens per second, beside the bare step loop", arguments => Task.FromResult(GenerationBenchmark.Run(arguments))),
    Plain("pressure", "[RECORDS] [WORKERS]: millions of short records through the whole flow, and the memory of each process", PressureBenchmark.Run),
}.Parse(args).InvokeAsync();

// Those that read their arguments themselves.
static Command Plain(string name, string description, Func<string[], Task<int>> run)
{
    var arguments = new Argument<string[]>("arguments") { Arity = ArgumentArity.ZeroOrMore, DefaultValueFactory = _ => [] };
    var command = new Command(name, description) { arguments };
    command.TreatUnmatchedTokensAsErrors = false;
    command.SetAction((parsed, _) => run([.. parsed.GetValue(arguments)!, .. parsed.UnmatchedTokens]));
    return command;
}
