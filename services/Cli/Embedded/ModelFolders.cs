using BatchInfer.Inference;

namespace BatchInfer.Cli.Embedded;

/// <summary>Models on this machine's disk, for commands that work on their files.</summary>
internal static class ModelFolders
{
    /// <summary>The model that an argument names: a folder or a name in the models folder, with a variant after a colon or without.</summary>
    /// <exception cref="CliException">There is no such model, or it cannot be used.</exception>
    public static ModelPackage Resolve(string argument, string modelsFolder)
    {
        var named = ModelArgument.Resolve(argument, modelsFolder);
        var variants = Read(named);
        return variants.FirstOrDefault(m => m.Descriptor.Name == named.Name)
            ?? throw CliException.BadInput($"'{argument}' is not among the variants of that model, which are: {string.Join(", ", variants.Select(m => m.Descriptor.Name))}.");
    }

    /// <summary>Every variant in the folder that an argument names.</summary>
    public static IReadOnlyList<ModelPackage> ResolveAll(string argument, string modelsFolder) => Read(ModelArgument.Resolve(argument, modelsFolder));

    private static IReadOnlyList<ModelPackage> Read(ModelArgument named)
    {
        try
        {
            return ModelPackage.Read(named.FolderName, named.Folder);
        }
        catch (ModelFormatException e)
        {
            throw CliException.BadInput(e.Message);
        }
    }
}
