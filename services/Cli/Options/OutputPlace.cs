using System.Globalization;

namespace BatchInfer.Cli.Options;

/// <summary>What an output's name leads to, links followed: a path, or a descriptor that this process was started with.</summary>
/// <param name="Path">Full path; of a descriptor, its name.</param>
/// <param name="Descriptor">Number of the descriptor; null of a path.</param>
internal readonly record struct OutputPlace(string Path, int? Descriptor)
{
    // Where Linux, too, gives up.
    private const int MostLinks = 40;

    private static readonly string[] DescriptorFolders = ["/dev/fd/", "/proc/self/fd/"];

    public static OutputPlace Of(string named)
    {
        string path = System.IO.Path.GetFullPath(named);
        for (int links = 0; links < MostLinks; links++)
        {
            if (DescriptorOf(path) is { } descriptor) return new OutputPlace(path, descriptor);
            // Links in here describe open files, and often name no path.
            if (path.StartsWith("/proc/", StringComparison.Ordinal)) break;
            if (new FileInfo(path).LinkTarget is not { } target) break;
            path = System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, target));
        }

        return new OutputPlace(path, null);
    }

    private static int? DescriptorOf(string path)
    {
        foreach (string folder in DescriptorFolders)
            if (path.StartsWith(folder, StringComparison.Ordinal) && int.TryParse(path.AsSpan(folder.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                return number;
        return null;
    }
}
