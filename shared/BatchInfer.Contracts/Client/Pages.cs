using System.Runtime.CompilerServices;

namespace BatchInfer.Contracts;

/// <summary>Walks a paged list.</summary>
internal static class Pages
{
    private const int Size = 100;

    /// <param name="list">Asks for a page by cursor and size.</param>
    /// <param name="limit">Rows at most.</param>
    /// <param name="ct">Ends the walk.</param>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        Func<string?, int, Task<Page<T>>> list, long limit, [EnumeratorCancellation] CancellationToken ct)
    {
        string? cursor = null;
        long left = limit;
        do
        {
            ct.ThrowIfCancellationRequested();
            var page = await list(cursor, (int)Math.Min(left, Size)).ConfigureAwait(false);
            foreach (var row in page.Data)
            {
                if (left-- == 0) yield break;
                yield return row;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null && left > 0);
    }
}
