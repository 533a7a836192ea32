namespace BatchInfer.Results.Data.Postgres;

/// <summary>
/// Whether to try <see cref="BulkInsert"/>. It fails when anything is stored already, and the try is lost; so after each failure
/// in a row twice as many writes merge before the next try. Thread-safe, and exact enough: it only saves time.
/// </summary>
internal sealed class BulkLuck
{
    private const int MostSkipped = 64;
    private int _skip;
    private int _next = 1;

    public bool ShouldTry => Volatile.Read(ref _skip) <= 0 || Interlocked.Decrement(ref _skip) < 0;

    public void Won() => Volatile.Write(ref _next, 1);

    public void Lost()
    {
        int skip = Volatile.Read(ref _next);
        Volatile.Write(ref _next, Math.Min(skip * 2, MostSkipped));
        Volatile.Write(ref _skip, skip);
    }
}
