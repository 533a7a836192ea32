using System.Collections.ObjectModel;

namespace BatchInfer.Results.Data;

/// <summary>Rows that were read together.</summary>
/// <param name="rows">The rows.</param>
/// <param name="isCut">They end before the number asked for because of their bytes: others follow.</param>
internal sealed class StoredPage<T>(IList<T> rows, bool isCut) : ReadOnlyCollection<T>(rows)
{
    public bool IsCut => isCut;
}
