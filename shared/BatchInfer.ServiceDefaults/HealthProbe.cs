namespace BatchInfer.ServiceDefaults;

/// <summary>
/// Asks the service that runs beside this process whether it is ready, and says so by the exit code: <c>service --probe</c> is the
/// health check of a container whose image has neither a shell nor curl.
/// </summary>
internal static class HealthProbe
{
    private const string Argument = "--probe";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Asks and ends the process where its arguments say so; else returns.</summary>
    public static void RunIfAsked(string[] args)
    {
        if (args is [Argument]) Environment.Exit(Ask(Environment.GetEnvironmentVariable($"{ManagementOptions.Section}__{nameof(ManagementOptions.Port)}"), Environment.GetEnvironmentVariable("ASPNETCORE_URLS")));
    }

    private static int Ask(string? management, string? urls)
    {
        // The port of its own, else that of the address listened on, of any kind: http://+:8080, http://0.0.0.0:8080, http://[::]:8080.
        if ((string.IsNullOrEmpty(management) ? urls?.Split(';')[0].Split(':')[^1].TrimEnd('/') : management) is not { Length: > 0 } port || !int.TryParse(port, out int number)) return 2;
        try
        {
            using var http = new HttpClient { Timeout = Timeout };
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{number}/health/ready");
            using var answer = http.Send(request);
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return 1;
        }
    }
}
