using System.Runtime.CompilerServices;
using BatchInfer.Corpus;
using BatchInfer.Results.ExportPredictions;

namespace BatchInfer.Results.ExportViews;

/// <summary>Finds what stands in the corpora of jobs, for tables.</summary>
internal sealed class TableInputs(JobColumns columns, InputCorpus corpora)
{
    // PostgreSQL keeps a row's columns in one page of 8 KB, each in up to 24 bytes however much it holds: with more of them it
    // would depend on the records whether there is a table.
    private const int MaxColumns = 300;

    /// <summary>A job's columns, known from now on, and its rows, which are read later.</summary>
    /// <exception cref="InputUnavailableException">The corpus cannot be read, or has more columns than a table takes.</exception>
    public async Task<TableInput> FindAsync(Guid job, CancellationToken ct)
    {
        var (_, found) = await columns.FindAsync(job, ViewSql.InputNames, ct);
        if (found.Names.Count > MaxColumns)
            throw new InputUnavailableException(
                $"The corpus has {found.Names.Count} columns, and a table takes no more than {MaxColumns} of the input's. Make it without them, or export the job to a file.");
        return new TableInput(found, RowsAsync(job, ct));
    }

    private async IAsyncEnumerable<CorpusRow> RowsAsync(Guid job, [EnumeratorCancellation] CancellationToken ct)
    {
        var corpus = await corpora.FindAsync(job, 0, ct);
        await foreach (var row in (await corpora.ReadAsync(corpus, ct)).WithCancellation(ct)) yield return row;
    }
}
