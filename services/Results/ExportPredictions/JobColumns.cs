using BatchInfer.Contracts;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>Finds out which columns a job's corpus has of its own.</summary>
internal sealed class JobColumns(InputCorpus inputs)
{
    // What the names of a JSONL corpus' columns are taken from: so many records, and no more than so many bytes of them.
    private const int FirstRecords = 1000;
    private const long FirstBytes = 64L << 20;

    /// <summary>The columns, by the corpus' header or its first records.</summary>
    /// <exception cref="InputUnavailableException">The corpus cannot be read.</exception>
    public async Task<(RecordFormat Format, InputColumns Columns)> FindAsync(Guid job, ColumnNames names, CancellationToken ct)
    {
        var corpus = await inputs.FindAsync(job, 0, ct);
        var fields = new InputFields();
        if (corpus.Schema.Format == RecordFormat.Jsonl)
        {
            int records = 0;
            long bytes = 0;
            await foreach (var row in (await inputs.ReadAsync(corpus, ct)).WithCancellation(ct))
            {
                fields.Add(row.Bytes);
                bytes += row.Bytes.Length;
                if (++records == FirstRecords || bytes >= FirstBytes || fields.IsFull) break;
            }
        }

        return (corpus.Schema.Format, InputColumns.Of(corpus.Schema, fields.Names, names));
    }
}
