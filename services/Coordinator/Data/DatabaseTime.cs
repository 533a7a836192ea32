namespace BatchInfer.Coordinator.Data;

/// <summary>The time as both databases keep it: to the microsecond. What is answered at once is then what is read later.</summary>
internal static class DatabaseTime
{
    public static DateTimeOffset GetDatabaseNow(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
