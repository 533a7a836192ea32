namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>The recording and alert rules, checked and run by Prometheus' own tool, which tests/run installs.</summary>
public sealed class PrometheusRuleTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "prometheus");

    [Fact]
    public Task Promtool_accepts_the_rules() => PromtoolAsync(["check", "rules", .. Directory.GetFiles(Path.Combine(Folder, "rules"))]);

    [Fact]
    public Task Promtool_accepts_the_configuration() => PromtoolAsync(["check", "config", Path.Combine(Folder, "prometheus.yml")]);

    [Fact]
    public Task Alerts_fire_when_they_should_and_only_then() => PromtoolAsync(["test", "rules", .. Directory.GetFiles(Path.Combine(Folder, "tests"))]);

    private static async Task PromtoolAsync(string[] arguments)
    {
        string? promtool = Tool.Find("promtool");
        Assert.SkipWhen(promtool is null, "promtool is not on PATH: tests/run installs Debian's package prometheus.");
        var (exit, output) = await Tool.RunAsync(promtool!, arguments, TestContext.Current.CancellationToken);
        Assert.True(exit == 0, output);
    }
}
