using System.Net;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.Inference;

namespace BatchInfer.Cli;

/// <summary>Which sentence and exit code an exception becomes. What is not known here is a defect and shows its whole trace.</summary>
internal static class Failures
{
    public static (string Message, int ExitCode)? Describe(Exception exception) => exception switch
    {
        CliException e => (e.Message, e.ExitCode),
        DownloadException => (exception.Message, ExitCodes.Failed),
        ModelFormatException or CorpusFormatException => (exception.Message, ExitCodes.BadInput),
        BatchInferApiException e => (e.Message, ExitCodeOf(e.Status)),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } e =>
            ($"No server answers ({e.Message}). Start one with 'batchinfer serve', or name another with --server.", ExitCodes.Failed),
        HttpRequestException or HttpIOException => ($"The connection to the server broke: {exception.Message}", ExitCodes.Failed),
        IOException or UnauthorizedAccessException => (exception.Message, ExitCodes.Failed),
        _ => null,
    };

    private static int ExitCodeOf(HttpStatusCode status) => (int)status switch
    {
        404 => ExitCodes.NotFound,
        >= 400 and < 500 => ExitCodes.BadInput,
        _ => ExitCodes.Failed,
    };
}
