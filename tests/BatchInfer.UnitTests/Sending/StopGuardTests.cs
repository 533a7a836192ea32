using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchInfer.UnitTests.Sending;

public sealed class StopGuardTests
{
    private readonly TaskCompletionSource _ended = new();
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);

    [Fact]
    public async Task A_process_that_does_not_come_to_its_end_is_ended()
    {
        using var guard = Guard();
        _lifetime.StopApplication();
        await _ended.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task One_that_does_is_left_alone()
    {
        using (Guard()) _lifetime.StopApplication();
        await Task.Delay(StopGuard.Grace + TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.False(_ended.Task.IsCompleted);
    }

    private StopGuard Guard() => new(
        _lifetime, Options.Create(new HostOptions { ShutdownTimeout = TimeSpan.Zero }), TimeProvider.System, NullLogger<StopGuard>.Instance, () => _ended.TrySetResult());
}
