using System.Runtime.InteropServices;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>
/// The different keys among any number of them, exactly and in bounded memory: sorted in memory as far as they fit, beyond that
/// in sorted runs on disk that are merged. A thousand million records take 20 GB of disk and 90 MB of memory.
/// </summary>
/// <param name="scratch">Opens a file that goes with its stream; called only when the keys do not fit into memory.</param>
/// <param name="inMemory">Keys held in memory at most: 40 MB.</param>
internal sealed class DistinctKeys(Func<FileStream> scratch, int inMemory = 1 << 21) : IDisposable
{
    private readonly List<SizedKey> _keys = [];
    private readonly List<(long Offset, int Count)> _runs = [];
    private FileStream? _file;

    public void Add(SizedKey key)
    {
        if (_keys.Count == inMemory) Spill();
        _keys.Add(key);
    }

    /// <summary>Each key once, in order. Nothing is added after.</summary>
    public IEnumerable<SizedKey> Enumerate()
    {
        if (_runs.Count > 0)
        {
            if (_keys.Count > 0) Spill();
            return Merge();
        }

        FoldSorted();
        return _keys;
    }

    public void Dispose() => _file?.Dispose();

    private void FoldSorted()
    {
        _keys.Sort();
        int kept = 0;
        for (int i = 0; i < _keys.Count; i++)
            if (kept == 0 || _keys[i].Key != _keys[kept - 1].Key) _keys[kept++] = _keys[i];
        _keys.RemoveRange(kept, _keys.Count - kept);
    }

    private void Spill()
    {
        FoldSorted();
        _file ??= scratch();
        _runs.Add((_file.Length, _keys.Count));
        _file.Seek(0, SeekOrigin.End);
        _file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_keys)));
        _file.Flush();
        _keys.Clear();
    }

    private IEnumerable<SizedKey> Merge()
    {
        // A run is read some thousand keys at a time: 80 KB for each of the few hundred runs that the largest corpora have.
        var heads = new PriorityQueue<KeyRun, Guid>(_runs.Count);
        foreach (var (offset, count) in _runs)
        {
            var run = new KeyRun(_file!.SafeFileHandle, offset, count, Math.Min(inMemory, 4096));
            if (run.MoveNext()) heads.Enqueue(run, run.Current.Key);
        }

        Guid? last = null;
        while (heads.TryPeek(out var run, out var key))
        {
            if (key != last) yield return run.Current;
            last = key;
            if (run.MoveNext()) heads.EnqueueDequeue(run, run.Current.Key);
            else heads.Dequeue();
        }
    }
}
