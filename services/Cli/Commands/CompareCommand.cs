using System.CommandLine;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer compare`.</summary>
internal static class CompareCommand
{
    public static Command Create(CliEnvironment env)
    {
        var first = new Argument<string>("a") { Description = "A model, or the id of a stored job" };
        var second = new Argument<string>("b") { Description = "Another one" };
        var input = new Option<string?>("--input") { Description = "Corpus to run both models on; jobs have theirs", HelpName = "file" };
        var worst = new Option<int>("--worst") { Description = "Records that differ most to show [5]", DefaultValueFactory = _ => 5, HelpName = "n" };
        var job = new JobOptions();
        var (data, models, server, json) = (Folders.CreateData(), Folders.CreateModels(), ServerOption.Create(), CommonOptions.Json());
        var command = new Command("compare", "Shows how the predictions of two models differ: what a smaller one costs, and what it gains") { first, second, input, worst };
        job.AddTo(command);
        foreach (Option option in (Option[])[data, models, server, json]) command.Add(option);
        command.SetAction(async (parsed, ct) =>
        {
            string a = parsed.GetRequiredValue(first), b = parsed.GetRequiredValue(second);
            int shown = Math.Clamp(parsed.GetValue(worst), 0, 1000);
            Comparison comparison;
            if (Guid.TryParse(a, out var jobA) && Guid.TryParse(b, out var jobB))
            {
                using var client = ServerOption.Connect(env, parsed.GetValue(server));
                comparison = await Comparison.OfJobsAsync(client, await client.GetJobAsync(jobA, ct), await client.GetJobAsync(jobB, ct), null, shown, ct);
            }
            else
            {
                string path = parsed.GetValue(input) ?? throw CliException.BadInput("Name the corpus to run both models on with --input, or compare two stored jobs by their ids.");
                InputFile.Check(path);
                string folder = Folders.Models(env, parsed.GetValue(models));
                var run = new ComparedModels(env, new InputFile(path, job.ReadFormat(parsed, path)), job.Read(parsed), Folders.Data(env, parsed.GetValue(data)), parsed.GetValue(json));
                comparison = await run.RunAsync(ModelArgument.Resolve(a, folder), ModelArgument.Resolve(b, folder), shown, ct);
            }

            if (parsed.GetValue(json)) ComparisonViews.WriteJson(env, comparison);
            else ComparisonViews.WriteTables(env, comparison);
            return ExitCodes.Done;
        });
        return command;
    }
}
