using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.Cli.Embedded;

/// <summary>A model that comes into the models folder.</summary>
internal static class NewModel
{
    /// <summary>The folder it will have.</summary>
    /// <exception cref="CliException">The name cannot be one, or is taken.</exception>
    public static string Folder(string models, string name)
    {
        if (name.Length == 0 || name[0] == '.' || name.AsSpan().ContainsAny('/', '\\', ':'))
            throw CliException.BadInput($"'{name}' cannot be a model's name: it must not begin with a dot nor hold / \\ or :. Give another with --name.");
        string folder = Path.Combine(models, name);
        return Directory.Exists(folder) ? throw CliException.BadInput($"There is a model '{name}' in '{models}' already. Remove it first, or give another name with --name.") : folder;
    }

    public static void Announce(CliEnvironment env, IReadOnlyList<ModelPackage> variants, bool json)
    {
        var table = new TableView("model", "task", "size", "revision");
        foreach (var d in variants.Select(v => v.Descriptor))
        {
            if (json) env.WriteJson(d);
            table.Add(d.Name, d.DefaultTask, Numbers.Bytes(d.SizeBytes), ModelReference.Abbreviate(d.Revision));
        }

        if (!json) table.Write(env);
    }
}
