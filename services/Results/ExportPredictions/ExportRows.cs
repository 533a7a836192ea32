using System.Runtime.CompilerServices;
using BatchInfer.Corpus;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>Reads the rows of an export. They come in short queries by ordinal, so a slow client holds no connection and no memory.</summary>
internal sealed class ExportRows(IPredictionStore store, InputCorpus inputs)
{
    // Fewer where they are large, by the store's bound in bytes; two such pages are in memory.
    private const int RowsAtOnce = 1000;

    /// <summary>A job's records in input order, each with its row of the corpus if that is wanted.</summary>
    public async IAsyncEnumerable<ExportRow> ReadAsync(Guid job, ExportRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        if (!request.WithInput)
        {
            await foreach (var line in LinesAsync(job, request, ct)) yield return new ExportRow(line, null);
            yield break;
        }

        var corpus = await inputs.FindAsync(job, request.From, ct);
        await using var rows = (await inputs.ReadAsync(corpus, ct)).GetAsyncEnumerator(ct);
        await foreach (var line in LinesAsync(job, request, ct)) yield return new ExportRow(line, await InputAsync(rows, line.Ordinal));
    }

    /// <summary>The first record that has a prediction: what its output looks like tells how all do.</summary>
    public async Task<StoredLine?> FirstPredictedAsync(Guid job, CancellationToken ct)
    {
        var whole = new ExportRequest(ExportFormat.Jsonl, ExportCompression.None, false, 0, long.MaxValue);
        await foreach (var line in LinesAsync(job, whole, ct))
            if (line.Error is null) return line;
        return null;
    }

    private async IAsyncEnumerable<StoredLine> LinesAsync(Guid job, ExportRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        int asked = RowsAtOnce;
        var next = ReadPageAsync(request.From - 1);
        while (await next is { Count: > 0 } page)
        {
            bool more = (page.Count == asked || page.IsCut) && page[^1].Ordinal < request.To;
            // Rows that do not fit are read for nothing. Their neighbours are as large, as a rule.
            asked = page.IsCut ? Math.Max(1, page.Count * 3 / 4) : Math.Min(asked + asked / 4 + 1, RowsAtOnce);
            // While these are written, the next are read.
            next = more ? ReadPageAsync(page[^1].Ordinal) : Task.FromResult(new StoredPage<StoredLine>([], isCut: false));
            foreach (var line in page)
                if (line.Ordinal < request.To) yield return line;
        }

        Task<StoredPage<StoredLine>> ReadPageAsync(long after) =>
            store.ReadLinesAsync(job, after, (int)Math.Min(asked, request.To - after - 1), ct);
    }

    private static async ValueTask<byte[]?> InputAsync(IAsyncEnumerator<CorpusRow> rows, long ordinal)
    {
        // A job under way has gaps, and a retry of failed records has few of the corpus' rows.
        do
            if (!await rows.MoveNextAsync()) return null;
        while (rows.Current.Ordinal < ordinal);
        return rows.Current.Bytes.ToArray();
    }
}
