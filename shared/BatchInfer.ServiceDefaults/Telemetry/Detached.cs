namespace BatchInfer.ServiceDefaults;

/// <summary>
/// Work that goes on for others after the call that began it: a loop that many are served by, started by the first of them. It
/// inherits nothing of that call, or its spans and logs would join the call's trace for as long as the process lives.
/// </summary>
public static class Detached
{
    /// <summary>Runs work in a context of its own, on the thread pool.</summary>
    public static Task Run(Func<Task> work)
    {
        if (ExecutionContext.IsFlowSuppressed()) return Task.Run(work);
        using (ExecutionContext.SuppressFlow()) return Task.Run(work);
    }
}
