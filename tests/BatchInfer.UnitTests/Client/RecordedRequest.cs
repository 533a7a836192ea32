namespace BatchInfer.UnitTests.Client;

internal sealed record RecordedRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Route => $"{Method} {Path}";
}
