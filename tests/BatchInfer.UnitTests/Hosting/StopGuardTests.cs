using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchInfer.UnitTests.Hosting;

public sealed class StopGuardTests
{
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly HeldTime _time = new();
    private bool _ended;

    [Fact]
    public void A_process_that_does_not_come_to_its_end_is_ended()
    {
        using var guard = Guard();
        _time.Pass();
        Assert.False(_ended);
        _lifetime.StopApplication();
        Assert.False(_ended);
        _time.Pass();
        Assert.True(_ended);
    }

    [Fact]
    public void One_that_does_is_left_alone()
    {
        using (Guard()) _lifetime.StopApplication();
        _time.Pass();
        Assert.False(_ended);
    }

    private StopGuard Guard() => new(_lifetime, Options.Create(new HostOptions()), _time, NullLogger<StopGuard>.Instance, () => _ended = true);
}
