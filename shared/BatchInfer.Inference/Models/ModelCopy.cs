using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Takes a model's folder into a models folder.</summary>
public static class ModelCopy
{
    /// <summary>Copies what is needed of a model, after checking that it can be used.</summary>
    /// <param name="from">The model's folder.</param>
    /// <param name="to">Its new folder, which must not be there yet; it appears whole.</param>
    /// <param name="link">Whether to link to the folder and leave the files where they are.</param>
    /// <param name="ct">Ends it; nothing is left behind.</param>
    /// <returns>The model's variants in the new folder.</returns>
    /// <exception cref="ModelFormatException">The model cannot be used.</exception>
    public static IReadOnlyList<ModelPackage> Add(string from, string to, bool link, CancellationToken ct)
    {
        (from, to) = (Path.GetFullPath(from), Path.GetFullPath(to));
        string name = Path.GetFileName(to);
        var models = ModelPackage.Read(name, from);
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        string staging = Path.Combine(Path.GetDirectoryName(to)!, $".{name}.{Path.GetRandomFileName()}.add");
        bool isPlaced = false;
        try
        {
            if (link)
            {
                Directory.CreateSymbolicLink(to, from);
            }
            else
            {
                Copy(from, FilesOf(from, models), staging, ct);
                Directory.Move(staging, to);
            }

            isPlaced = true;
            return ModelPackage.Read(name, to);
        }
        catch
        {
            // What cannot be read there, a worker would complain of at each start. Of a link only the link goes.
            if (isPlaced) Directory.Delete(to, recursive: !link);
            if (Directory.Exists(staging)) Directory.Delete(staging, recursive: true);
            throw;
        }
    }

    private static void Copy(string from, IEnumerable<string> files, string to, CancellationToken ct)
    {
        foreach (string path in files)
        {
            ct.ThrowIfCancellationRequested();
            string target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }

    private static HashSet<string> FilesOf(string from, IReadOnlyList<ModelPackage> models)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(from, path);
            if (ModelFiles.IsDescriptive(relative) || ModelFiles.VariantOf(relative) is not null) files.Add(path);
        }

        foreach (var graph in models.SelectMany(m => m.Graphs))
            files.UnionWith(graph.Graph.ExternalFiles.Select(f => ModelFolder.ResolveExternal(graph.Path, f)));
        return files;
    }
}
