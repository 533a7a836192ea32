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

    /// <exception cref="DataFolderException">It cannot be made or written, or another process has it.</exception>
    public static DataFolder Take(string folder)
    {
        string path = System.IO.Path.GetFullPath(folder);
        try
        {
            // Texts and predictions are the user's alone.
            if (OperatingSystem.IsWindows() || Directory.Exists(path)) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            CheckWritable(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException($"The data folder {path} cannot be written ({e.Message}). Make it writable and see that its disk has room, or give another folder.", e);
        }

        try
        {
            return new DataFolder(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new DataFolderException($"The data folder {path} is in use by another batchinfer process. Wait for it or stop it, or give another folder.", e);
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Writes and removes a few bytes: a disk that is full or read-only shows here, and not in the middle of a job.</summary>
    private static void CheckWritable(string path)
    {
        string probe = System.IO.Path.Combine(path, $"probe-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(probe, "written when a process starts");
        }
        finally
        {
            File.Delete(probe);
        }
    }
}
