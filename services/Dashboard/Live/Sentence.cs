using BatchInfer.Contracts;

namespace BatchInfer.Dashboard.Live;

/// <summary>What went wrong, for who looks at the page.</summary>
internal static class Sentence
{
    public static string Of(Exception e) => e switch
    {
        BatchInferApiException api => api.Message,
        HttpRequestException or OperationCanceledException => "The server does not answer now. Nothing is lost; this page goes on when it does.",
        _ => "The server's answer could not be read: " + e.Message,
    };
}
