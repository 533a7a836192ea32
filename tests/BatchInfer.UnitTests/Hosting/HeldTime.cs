namespace BatchInfer.UnitTests.Hosting;

/// <summary>Time that passes when it is told to.</summary>
internal sealed class HeldTime : TimeProvider
{
    private readonly List<HeldTimer> _timers = [];

    /// <summary>Every timer that runs is due.</summary>
    public void Pass()
    {
        foreach (var timer in _timers) timer.Pass();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HeldTimer(callback, state) { Runs = dueTime != Timeout.InfiniteTimeSpan };
        _timers.Add(timer);
        return timer;
    }

    private sealed class HeldTimer(TimerCallback callback, object? state) : ITimer
    {
        public bool Runs { get; set; }

        public void Pass()
        {
            if (!Runs) return;
            Runs = false;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Runs = dueTime != Timeout.InfiniteTimeSpan;
            return true;
        }

        public void Dispose() => Runs = false;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
