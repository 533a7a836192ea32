using BatchInfer.Corpus;
using BatchInfer.Results.ExportPredictions;

namespace BatchInfer.Results.ExportViews;

/// <summary>What stands in a job's corpus, for a table that keeps it beside the predictions.</summary>
/// <param name="Columns">The corpus' columns, with the names that they have in the table.</param>
/// <param name="Rows">The corpus' rows in order; opened when they are read first.</param>
internal sealed record TableInput(InputColumns Columns, IAsyncEnumerable<CorpusRow> Rows);
