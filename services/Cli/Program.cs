using BatchInfer.Cli;

using var interrupts = new Interrupts(Console.Error);
return await CommandLine.InvokeAsync(args, CliEnvironment.OfProcess(), interrupts.Token);
