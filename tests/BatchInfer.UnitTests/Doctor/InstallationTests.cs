using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.UnitTests.Doctor;

/// <summary>What every service judges of the machine that it runs on.</summary>
public sealed class InstallationTests
{
    private const long Mebibyte = 1L << 20;
    private static readonly DateTimeOffset Asked = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(0, CheckState.Failed, "0.0 GiB")]
    [InlineData(255, CheckState.Failed, "0.2 GiB")]
    [InlineData(256, CheckState.Warning, "0.3 GiB")]
    [InlineData(4095, CheckState.Warning, "4.0 GiB")]
    [InlineData(4096, CheckState.Passed, "4.0 GiB")]
    public void A_full_disk_fails_and_one_that_fills_up_is_to_look_at(long mebibytes, CheckState state, string free)
    {
        var check = Installation.Disk("worker-7", mebibytes * Mebibyte, "caches");
        Assert.Equal(("disk", "worker-7", state, $"{free} free for caches"), (check.Name, check.Where, check.State, check.Detail));
        Assert.Equal(state != CheckState.Passed, check.Advice is not null);
    }

    [Theory]
    [InlineData("3.10.0", CheckState.Passed)]
    [InlineData("3.13.7", CheckState.Passed)]
    [InlineData("4.0.0-rc.1", CheckState.Passed)]
    [InlineData("10", CheckState.Passed)]
    [InlineData("3.9.29", CheckState.Warning)]
    [InlineData("3", CheckState.Warning)]
    [InlineData("", CheckState.Warning)]
    public void A_server_older_than_any_that_was_tried_is_to_look_at(string version, CheckState state)
    {
        var check = Installation.Server("broker", "coordinator", "RabbitMQ", version, new Version(3, 10));
        Assert.Equal(("broker", "coordinator", state, $"RabbitMQ {version} answers"), (check.Name, check.Where, check.State, check.Detail));
        Assert.Equal(state != CheckState.Passed, check.Advice?.Contains("3.10", StringComparison.Ordinal) ?? false);
    }

    [Theory]
    // Between the question and the answer, which took five seconds, any time is in time.
    [InlineData(0, CheckState.Passed, "in time with the coordinator")]
    [InlineData(5, CheckState.Passed, "in time with the coordinator")]
    [InlineData(6.9, CheckState.Passed, "+1.9 s off the coordinator's clock")]
    [InlineData(7, CheckState.Warning, "+2.0 s off the coordinator's clock")]
    [InlineData(-1.9, CheckState.Passed, "-1.9 s off the coordinator's clock")]
    [InlineData(-3600, CheckState.Warning, "-3600.0 s off the coordinator's clock")]
    public void A_clock_that_is_off_is_to_look_at_and_one_that_answers_late_is_not(double seconds, CheckState state, string detail)
    {
        var check = Installation.Clock("worker-7", Asked.AddSeconds(seconds), Asked, Asked.AddSeconds(5));
        Assert.Equal(("clock", "worker-7", state, detail), (check.Name, check.Where, check.State, check.Detail));
        Assert.Equal(state != CheckState.Passed, check.Advice?.Contains("chrony", StringComparison.Ordinal) ?? false);
    }
}
