using System.CommandLine;
using BatchInfer.Benchmarks.Planning;
using BatchInfer.Benchmarks.Startup;
using BatchInfer.Benchmarks.Throughput;

return await new RootCommand("Measures BatchInfer. Every figure stands beside a ceiling or a peer measured in the same run; docs/performance.md has the commands.")
{
    ThroughputCommand.Create(),
    CachedCommand.Create(),
    PlanningCommand.Create(),
    StartupCommand.Create(),
}.Parse(args).InvokeAsync();
