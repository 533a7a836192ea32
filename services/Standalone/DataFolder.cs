namespace BatchInfer.Standalone;

/// <summary>
/// The data folder with its lock. The operating system gives the lock back when the process ends, however it ends, so a
/// killed process leaves nothing to clear away.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    public string Files => System.IO.Path.Combine(Path, "files");

    public static DataFolder Take(string folder)
    {
        string path = System.IO.Path.GetFullPath(folder);
        // Texts and predictions are the user's alone.
        if (OperatingSystem.IsWindows() || Directory.Exists(path)) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            return new DataFolder(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new DataFolderInUseException($"The data folder {path} is in use by another batchinfer process. Wait for it or stop it, or give another folder.", e);
        }
    }

    public void Dispose() => _lock.Dispose();
}
