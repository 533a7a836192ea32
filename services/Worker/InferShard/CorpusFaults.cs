using System.Net;
using BatchInfer.Corpus;

namespace BatchInfer.Worker;

/// <summary>Tells the faults of reading a corpus that no other try can mend from those that pass.</summary>
internal static class CorpusFaults
{
    /// <summary>True where the corpus is gone, changed, out of bounds, shorter than planned, or at an address of a kind that is not read.</summary>
    public static bool IsPermanent(Exception exception) => exception switch
    {
        ObjectStorageException e => !e.IsPassing,
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException => true,
        EndOfStreamException or NotSupportedException => true,
        HttpRequestException { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.RequestedRangeNotSatisfiable } => true,
        _ => false,
    };
}
