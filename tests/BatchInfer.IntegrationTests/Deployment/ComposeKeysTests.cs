namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>
/// A misspelt key of the Compose file: an engine refuses it, or takes it for nothing. Each level may have the keys named here, all of them of the
/// Compose Specification; one that is used for the first time is added.
/// </summary>
public sealed class ComposeKeysTests
{
    private static readonly string[] OfServices =
    [
        "build", "cap_drop", "command", "cpus", "depends_on", "environment", "healthcheck", "hostname", "image", "mem_limit", "pids_limit", "ports",
        "read_only", "restart", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "volumes",
    ];

    private static readonly Dictionary<object, object?> Compose = Yaml.Read(Path.Combine(Repository.Root, "docker-compose.yml"));

    private static IEnumerable<Dictionary<object, object?>> Services => Compose.Map("services").Values.Cast<Dictionary<object, object?>>();

    [Fact]
    public void Every_level_has_known_keys_only()
    {
        Assert.Empty(Compose.Keys.Cast<string>().Where(k => !k.StartsWith("x-", StringComparison.Ordinal)).Except(["services", "volumes"]));
        Assert.Empty(Keys(Services).Except(OfServices));
        Assert.Empty(Keys(Services.Select(s => s.Map("build"))).Except(["context", "dockerfile", "args"]));
        Assert.Empty(Keys(Services.Select(s => s.Map("healthcheck"))).Except(["test", "interval", "timeout", "start_period", "retries"]));
        Assert.Empty(Keys(Services.SelectMany(s => s.Map("depends_on").Values.Cast<Dictionary<object, object?>>())).Except(["condition"]));
        Assert.All(Compose.Map("volumes").Values, volume => Assert.Empty((Dictionary<object, object?>)volume!));
        Assert.All(Services.Select(s => s.Map("build").Map("args")), arguments => Assert.All(Keys([arguments]), a => Assert.Contains(a, Dockerfile.Arguments.Keys)));
    }

    [Fact]
    public void Values_are_of_the_form_that_their_key_asks_for() => Assert.All(Services, service =>
    {
        Assert.True(service.ContainsKey("image") != service.ContainsKey("build"));
        Assert.Equal("unless-stopped", service.Text("restart"));
        Assert.Matches("^[0-9]+[mg]$", service.Text("mem_limit"));
        Assert.Matches("^[0-9]+$", service.Text("pids_limit"));
        foreach (string list in new[] { "cap_drop", "command", "ports", "security_opt", "tmpfs", "volumes" })
            if (service.ContainsKey(list)) Assert.NotEmpty(service.Texts(list));
        Assert.All(service.Map("depends_on").Values.Cast<Dictionary<object, object?>>(), d => Assert.Matches("^service_(started|healthy)$", d.Text("condition")));
        if (service.Map("healthcheck") is not { Count: > 0 } health) return;
        Assert.Equal("CMD", health.Texts("test")[0]);
        Assert.All(["interval", "timeout", "start_period"], (string time) => Assert.Matches("^[0-9]+s$", health.Text(time) ?? "0s"));
        Assert.Matches("^[0-9]+$", health.Text("retries"));
    });

    [Fact]
    public void All_but_the_collector_say_whether_they_are_well() => Assert.Equal(
        // Its image holds nothing that could ask it.
        ["otel-collector"], Compose.Map("services").Where(s => !((Dictionary<object, object?>)s.Value!).ContainsKey("healthcheck")).Select(s => (string)s.Key));

    private static IEnumerable<string> Keys(IEnumerable<Dictionary<object, object?>> maps) => maps.SelectMany(m => m.Keys.Cast<string>()).Distinct();
}
