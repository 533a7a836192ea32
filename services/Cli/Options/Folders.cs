using System.CommandLine;

namespace BatchInfer.Cli.Options;

/// <summary>`--data` and `--models`: where an embedded server keeps its data and finds its models.</summary>
internal static class Folders
{
    public static Option<string?> CreateData() => new("--data")
    {
        Description = "Folder of files, jobs and predictions [BATCHINFER_DATA, else batchinfer in the user's application data]",
        HelpName = "folder",
    };

    public static Option<string?> CreateModels() => new("--models")
    {
        Description = "Folder that holds a folder per model [BATCHINFER_MODELS, else ./models]",
        HelpName = "folder",
    };

    public static string Data(CliEnvironment env, string? typed)
    {
        if ((ServerOption.NotEmpty(typed) ?? ServerOption.NotEmpty(env.Variable("BATCHINFER_DATA"))) is { } folder) return Path.GetFullPath(folder);
        string root = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return root.Length > 0
            ? Path.Combine(root, "batchinfer")
            : throw CliException.BadInput("There is no home folder to keep predictions in; name a folder with --data.");
    }

    public static string Models(CliEnvironment env, string? typed) =>
        Path.GetFullPath(ServerOption.NotEmpty(typed) ?? ServerOption.NotEmpty(env.Variable("BATCHINFER_MODELS")) ?? "models");
}
