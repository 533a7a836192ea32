namespace BatchInfer.Corpus;

/// <summary>Resolves every symbolic link of a path, so that a comparison with a root cannot be tricked by one.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;

    /// <summary>The path behind all links. Parts that do not exist stay as they are.</summary>
    public static string Of(string path) => Resolve(Path.GetFullPath(path), 0);

    private static string Resolve(string path, int links)
    {
        if (links > MaxLinks) throw new CorpusAccessException($"The path {path} runs through too many symbolic links.");
        string root = Path.GetPathRoot(path)!;
        string real = root;
        string[] parts = path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < parts.Length; i++)
        {
            string next = Path.Combine(real, parts[i]);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            string rest = Path.Combine([Path.GetFullPath(target, real), .. parts[(i + 1)..]]);
            return Resolve(rest, links + 1);
        }

        return real;
    }
}
