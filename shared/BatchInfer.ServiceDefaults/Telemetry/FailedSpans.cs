using System.Diagnostics;

namespace BatchInfer.ServiceDefaults;

/// <summary>Spans of work that failed.</summary>
public static class FailedSpans
{
    /// <summary>Says on the span why its work failed: as its status, and with the exception as an event. Ended it is by who started it.</summary>
    public static void Fail(this Activity? span, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (span is not { IsAllDataRequested: true }) return;
        span.SetStatus(ActivityStatusCode.Error, exception.Message);
        span.AddException(exception);
    }
}
