using BatchInfer.Standalone;

namespace BatchInfer.Cli.Embedded;

/// <summary>The model named by `run --model`: a folder, or a name under the models folder. Only this one is served.</summary>
/// <param name="Name">Name a job uses, with the variant where one was asked for, e.g. <c>sentiment:quantized</c>.</param>
/// <param name="Folder">Full path of the model's files.</param>
internal sealed record ModelArgument(string Name, string Folder)
{
    /// <summary>Name under which the folder is served; its variants follow after a colon.</summary>
    public string FolderName => Name.Split(':')[0];

    /// <exception cref="CliException">There is no such model; the sentence says what was looked for and what there is.</exception>
    public static ModelArgument Resolve(string argument, string modelsFolder)
    {
        var (path, variant) = SplitVariant(argument);
        bool isPath = path.AsSpan().IndexOfAny('/', '\\') >= 0 || path is "." or "..";
        if (HoldsModel(path)) return From(path, variant);
        string folder = Path.Combine(modelsFolder, path);
        if (!isPath && HoldsModel(folder)) return From(folder, variant);
        if (Directory.Exists(path))
        {
            throw CliException.BadInput(
                $"--model '{path}' holds no config.json; a model's folder has config.json, tokenizer.json and onnx/model.onnx.");
        }

        if (isPath) throw CliException.BadInput($"--model '{path}': there is no such folder.");
        var known = ServedModels.FoldersIn(modelsFolder);
        throw CliException.BadInput($"--model '{argument}' is neither a model's folder nor a model in '{modelsFolder}', "
            + (known.Count > 0 ? $"which has: {string.Join(", ", known)}." : "which has none; name a folder, or the folder of models with --models."));
    }

    /// <summary>Whether an argument names a model's folder, rather than a model by its name.</summary>
    public static bool IsFolder(string argument) => HoldsModel(SplitVariant(argument).Path);

    /// <summary>Settings of a server in this process that serves this model only.</summary>
    public StandaloneSettings Alone(string dataFolder) => new()
    {
        DataFolder = dataFolder,
        Models = new Dictionary<string, string>(StringComparer.Ordinal) { [FolderName] = Folder },
        Quiet = true,
        Page = false,
    };

    private static ModelArgument From(string path, string? variant)
    {
        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string name = Path.GetFileName(folder);
        return new ModelArgument(variant is null ? name : $"{name}:{variant}", folder);
    }

    // A colon may also stand in a folder's name or after a drive letter, so a folder that is there wins.
    private static (string Path, string? Variant) SplitVariant(string argument)
    {
        int colon = argument.LastIndexOf(':');
        return colon <= 1 || Directory.Exists(argument) || argument.AsSpan(colon).IndexOfAny('/', '\\') >= 0
            ? (argument, null)
            : (argument[..colon], argument[(colon + 1)..]);
    }

    private static bool HoldsModel(string folder) => File.Exists(Path.Combine(folder, "config.json"));
}
