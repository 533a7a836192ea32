namespace BatchInfer.Corpus;

/// <summary>The folders below which corpora may be read.</summary>
internal sealed class AllowedRoots(IReadOnlyList<string> roots)
{
    // As many as Linux follows before it takes them for a loop.
    private const int MaxLinks = 40;

    /// <summary>The path of a <c>file:</c> address with every link followed, which lies below a root.</summary>
    /// <remarks>Guards against addresses that lead out, not against someone who exchanges links inside the roots meanwhile.</remarks>
    /// <exception cref="UnauthorizedAccessException">It lies below none.</exception>
    public string Resolve(Uri uri)
    {
        if (uri.IsUnc) throw new UnauthorizedAccessException($"The corpus '{uri}' is on another machine; a file: address must be local.");
        var path = FollowLinks(uri.LocalPath);
        foreach (var root in roots)
            if (IsBelow(path, FollowLinks(root))) return path;
        throw new UnauthorizedAccessException($"The corpus '{uri}' is not below a folder that corpora may be read from.");
    }

    private static bool IsBelow(string path, string root)
    {
        var folder = Path.TrimEndingDirectorySeparator(root);
        if (!path.StartsWith(folder, StringComparison.Ordinal)) return false;
        return Path.EndsInDirectorySeparator(folder)
            || (path.Length > folder.Length && path[folder.Length] == Path.DirectorySeparatorChar);
    }

    private static string FollowLinks(string path)
    {
        var full = Path.GetFullPath(path);
        var done = Path.GetPathRoot(full)!;
        var rest = new Stack<string>();
        Push(rest, full[done.Length..]);
        for (var links = 0; rest.TryPop(out var name);)
        {
            var next = Path.Combine(done, name);
            var target = new FileInfo(next).LinkTarget;
            if (target is null)
            {
                done = next;
                continue;
            }
            if (++links > MaxLinks)
                throw new UnauthorizedAccessException($"The corpus path '{path}' has too many links, or links in a circle.");

            // Of what has been resolved, so that `..` in a target means the folder that the link really lies in.
            var whole = Path.GetFullPath(target, done);
            done = Path.GetPathRoot(whole)!;
            Push(rest, whole[done.Length..]);
        }
        return done;
    }

    private static void Push(Stack<string> rest, string path)
    {
        foreach (var name in path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
            rest.Push(name);
    }
}
