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

        CheckDatabases(path);
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

    /// <summary>A file that is no database would be met only in the middle of the start, by a service that the others wait for.</summary>
    private static void CheckDatabases(string path)
    {
        Span<byte> start = stackalloc byte[16];
        foreach (string file in Directory.EnumerateFiles(path, "*.db"))
        {
            using var database = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            int read = database.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            if (read > 0 && !start[..read].SequenceEqual("SQLite format 3\0"u8))
                throw new DataFolderException($"{file} is damaged: it is no SQLite database. Put a copy of it back, or give another data folder; without the file its predictions are computed again.");
        }
    }

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
