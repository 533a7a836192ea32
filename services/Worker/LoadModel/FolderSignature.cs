using System.Globalization;
using System.Text;

namespace BatchInfer.Worker.LoadModel;

/// <summary>Names, sizes and times of a folder's files: what tells, without reading them, whether a model changed.</summary>
internal static class FolderSignature
{
    public static string Of(string folder)
    {
        var text = new StringBuilder();
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            FileSystemInfo file = new FileInfo(path);
            if (file.LinkTarget is not null) file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            long length = file is FileInfo { Exists: true } info ? info.Length : -1;
            text.Append(CultureInfo.InvariantCulture, $"{Path.GetRelativePath(folder, path)}\n{length} {file.LastWriteTimeUtc.Ticks}\n");
        }

        return text.ToString();
    }
}
