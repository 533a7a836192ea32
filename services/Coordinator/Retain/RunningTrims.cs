using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Retain;

/// <summary>
/// Keeps a job that is submitted within a step of retention from beginning before the step's end: it would be told that a prediction
/// is stored, and find it deleted. A job that was there when the step began is spared by its revision, so that one of many steps
/// holds a job up, never all of them.
/// </summary>
internal sealed class RunningTrims(DispatchSignal signal, TimeProvider time)
{
    // Renewed while the step's answer is waited for. Where its coordinator dies, new jobs wait so long for nothing.
    private const int Ticks = 60;
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(10);

    /// <summary>Announces a step, then looks who must be spared: a job that this does not see sees the step.</summary>
    public async Task<(Guid Trim, IReadOnlyList<string> Busy)> BeginAsync(CoordinatorContext context, RetentionScope scope, CancellationToken ct)
    {
        long tick = await context.TickAsync(ct);
        await context.Trims.Where(t => t.UntilTick < tick).ExecuteDeleteAsync(ct);
        var id = Guid.CreateVersion7();
        context.Trims.Add(new RunningTrim
        {
            Id = id, Revisions = scope.Revisions is { } only ? RunningTrim.Write(only) : null, Spared = RunningTrim.Write([]), UntilTick = tick + Ticks,
        });
        await context.SaveChangesAsync(ct);
        context.ChangeTracker.Clear();
        var busy = await BusyAsync(context, ct);
        string spared = RunningTrim.Write(busy.Concat(scope.Except));
        await context.Trims.Where(t => t.Id == id).ExecuteUpdateAsync(set => set.SetProperty(t => t.Spared, spared), ct);
        // The jobs that waited for the last step are among those that are spared.
        signal.Set();
        return (id, busy);
    }

    /// <summary>Waits for a step's answer and ends it. A step that is not answered may be at work still: it ends by its tick.</summary>
    public async Task<T> AwaitAsync<T>(CoordinatorContext context, Guid trim, Task<T> step, CancellationToken ct)
    {
        while (await Task.WhenAny(step, Task.Delay(Renewal, time, ct)) != step)
        {
            ct.ThrowIfCancellationRequested();
            long until = await context.TickAsync(ct) + Ticks;
            await context.Trims.Where(t => t.Id == trim).ExecuteUpdateAsync(set => set.SetProperty(t => t.UntilTick, until), ct);
        }

        var answer = await step;
        await context.Trims.Where(t => t.Id == trim).ExecuteDeleteAsync(ct);
        signal.Set();
        return answer;
    }

    /// <summary>Revisions of jobs that are not over.</summary>
    public static Task<List<string>> BusyAsync(CoordinatorContext context, CancellationToken ct) =>
        context.Jobs.Where(j => j.FinishedAt == null).Select(j => j.Revision).Distinct().ToListAsync(ct);

    /// <summary>Takes out jobs that have not begun and must not begin now. They were read before: a step that comes after spares them.</summary>
    public static async Task PostponeAsync(CoordinatorContext context, List<Job> jobs, CancellationToken ct)
    {
        if (!jobs.Exists(j => j.StartedAt is null)) return;
        long tick = await context.TickAsync(ct);
        var trims = await context.Trims.AsNoTracking().Where(t => t.UntilTick >= tick).ToListAsync(ct);
        if (trims.Count > 0) jobs.RemoveAll(j => j.StartedAt is null && trims.Exists(t => t.Touches(j.Revision)));
    }
}
