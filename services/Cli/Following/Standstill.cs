using BatchInfer.Contracts;

namespace BatchInfer.Cli.Following;

/// <summary>
/// Asks the server what is wrong with it when nothing of a job was stored for a while and it gives no reason: a disk that is full or a database that
/// is away keeps what is predicted from being stored, and the job does not know.
/// </summary>
internal sealed class Standstill(BatchInferClient client, TimeProvider time)
{
    /// <summary>A shard of a slow model may take longer; then nothing is found wrong, and nothing said.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan AskEvery = TimeSpan.FromMinutes(1);
    private JobCounts? _stored;
    private long _moved, _asked;
    private string? _trouble;

    /// <summary>What is wrong, or null.</summary>
    public async Task<string?> LookAsync(JobResource job, CancellationToken ct)
    {
        long now = time.GetTimestamp();
        // What is predicted moves on where nothing can be stored.
        var stored = job.Counts with { Predicted = 0, PredictedTokens = 0 };
        bool waits = job.StatusDetail is not null || job.Status is JobStatus.Paused || job.Status.IsFinal();
        if (waits || stored != _stored)
        {
            (_stored, _moved, _asked, _trouble) = (stored, now, 0, null);
            return null;
        }

        if (time.GetElapsedTime(_moved, now) < Patience || (_asked != 0 && time.GetElapsedTime(_asked, now) < AskEvery)) return _trouble;
        _asked = now;
        return _trouble = await AskAsync(client.DiagnoseAsync, ct) ?? await AskAsync(client.DiagnoseResultsAsync, ct);
    }

    private static async Task<string?> AskAsync(Func<CancellationToken, Task<DoctorResource>> diagnose, CancellationToken ct)
    {
        try
        {
            return (await diagnose(ct)).Checks.FirstOrDefault(c => c.State == CheckState.Failed) is { } check
                ? $"Nothing new is stored. {check.Name} ({check.Where}): {check.Detail}. {check.Advice}".TrimEnd()
                : null;
        }
        catch (Exception e) when (e is BatchInferApiException or HttpRequestException)
        {
            // The job is asked for all the same, and says what a server says that does not answer.
            return null;
        }
    }
}
