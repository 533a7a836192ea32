using System.CommandLine;
using BatchInfer.Benchmarks.Generation;
using BatchInfer.Benchmarks.Lookup;
using BatchInfer.Benchmarks.Persist;
using BatchInfer.Benchmarks.Planning;
using BatchInfer.Benchmarks.Pressure;
using BatchInfer.Benchmarks.Protocols;
using BatchInfer.Benchmarks.Retention;
using BatchInfer.Benchmarks.Scaling;
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
    ProtocolsCommand.Create(),
    ProtocolServer.CreateCommand(),
    RetentionCommand.Create(),
    TokenizerCommand.Create(),
    GenerationCommand.Create(),
    PressureCommand.Create(),
    ScalingCommand.Create(),
    CoordinatorCommand.Create(),
}.Parse(args).InvokeAsync();
