using System.Text.RegularExpressions;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>What can be said of the Compose file without an engine.</summary>
public sealed partial class ComposeTests
{
    private static readonly string File = Path.Combine(Repository.Root, "docker-compose.yml");
    private static readonly Dictionary<object, object?> Compose = Yaml.Read(File);

    private static IEnumerable<(string Name, Dictionary<object, object?> Service)> All =>
        Compose.Map("services").Select(s => ((string)s.Key, (Dictionary<object, object?>)s.Value!));

    private static IEnumerable<(string Name, Dictionary<object, object?> Service)> Ours => All.Where(s => s.Service.ContainsKey("build"));

    [Fact]
    public void It_is_the_whole_installation() => Assert.Equal(
        ["coordinator", "grafana", "jaeger", "otel-collector", "page", "postgres", "prometheus", "rabbitmq", "results", "worker"],
        All.Select(s => s.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_variable_of_a_service_is_one_that_it_reads()
    {
        var unknown = from s in Ours
                      from variable in s.Service.Map("environment").Keys.Cast<string>()
                      where !ServiceSettings.Reads(Image(s.Service), variable)
                      select $"{s.Name}: {variable}";
        Assert.Empty(unknown);
        Assert.Equal(ServiceSettings.Services.Order(StringComparer.Ordinal), Ours.Select(s => Image(s.Service)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Those_who_read_objects_are_told_of_them_by_the_environment()
    {
        string[] example = System.IO.File.ReadAllLines(Path.Combine(Repository.Root, ".env.example"));
        foreach (var (name, service) in Ours)
        {
            var about = service.Map("environment").Where(v => ((string)v.Key).StartsWith("ObjectStorage__", StringComparison.Ordinal)).ToList();
            Assert.Equal(ServiceSettings.ReadsObjects(Image(service)), about.Count > 0);
            // No value: what .env says, and not there where it says nothing, as an empty one would be a wrong one.
            Assert.All(about, v => Assert.Null(v.Value));
            var handed = Interpolation().Matches(string.Join(' ', service.Map("environment").Values.OfType<string>())).Select(m => m.Groups[1].Value).Where(n => n.StartsWith("BATCHINFER_", StringComparison.Ordinal));
            Assert.All(handed, n => Assert.Contains($"#{n}=", example));
            Assert.True(about.Count == 0 || handed.Any(), $"{name} gets no credentials.");
        }
        var offered = example.Where(l => l.StartsWith("#ObjectStorage__", StringComparison.Ordinal)).Select(l => l[1..].Split('=')[0]);
        Assert.All(offered, o => Assert.Contains(o, Compose.Map("services").Map("coordinator").Map("environment").Keys.Cast<string>()));
    }

    [Fact]
    public void Our_services_are_hardened_limited_and_probed() => Assert.All(Ours, s =>
    {
        Assert.Equal("true", s.Service.Text("read_only"));
        Assert.Equal(["ALL"], s.Service.Texts("cap_drop"));
        Assert.Contains("no-new-privileges:true", s.Service.Texts("security_opt"));
        Assert.Equal(["CMD", "/app/service", "--probe"], s.Service.Map("healthcheck").Texts("test"));
        // What a message in hand takes, and the farewell after it.
        Assert.InRange(int.Parse(s.Service.Text("stop_grace_period")!.TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture), 15 + 10, 600);
    });

    [Fact]
    public void Every_container_has_limits_and_listens_on_loopback_only() => Assert.All(All, s =>
    {
        Assert.NotNull(s.Service.Text("mem_limit"));
        Assert.NotNull(s.Service.Text("pids_limit"));
        Assert.All(s.Service.Texts("ports"), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        Assert.False(s.Name == "worker" && s.Service.ContainsKey("container_name"), "A worker with a name of its own cannot be scaled.");
    });

    [Fact]
    public void What_is_referred_to_is_there()
    {
        var volumes = Compose.Map("volumes").Keys.Cast<string>().ToHashSet();
        foreach (var (name, service) in All)
        {
            Assert.All(service.Map("depends_on"), d =>
            {
                var dependency = Assert.Contains((string)d.Key, Compose.Map("services")) as Dictionary<object, object?>;
                if (((Dictionary<object, object?>)d.Value!).Text("condition") == "service_healthy") Assert.True(dependency!.ContainsKey("healthcheck"), $"{name} waits for {d.Key}, which has no health check.");
            });
            foreach (string volume in service.Texts("volumes"))
            {
                string source = Default().Replace(volume, "$1").Split(':')[0];
                if (source.StartsWith('.')) Assert.True(Path.Exists(Path.Combine(Repository.Root, source)), $"{name} mounts {source}, which is not there.");
                else Assert.Contains(source, volumes);
            }
        }
    }

    [Fact]
    public void Every_address_is_one_that_a_container_serves()
    {
        // Ports that the images listen on: ours by the Dockerfile, the others' by their documentation and our configuration of them.
        string ours = Exposed().Match(Dockerfile.Text).Groups[1].Value;
        var served = Ours.ToDictionary(s => s.Name, _ => new[] { ours });
        string collector = System.IO.File.ReadAllText(Path.Combine(Repository.Root, "deploy", "otel-collector", "config.yaml"));
        served["otel-collector"] = [.. Endpoint().Matches(collector).Select(m => m.Groups[1].Value), "8888"];
        (served["rabbitmq"], served["postgres"], served["prometheus"], served["grafana"], served["jaeger"]) = (["5672"], ["5432"], ["9090"], ["3000"], ["16686", "4317", "13133"]);
        string[] texts =
        [
            .. Ours.SelectMany(s => s.Service.Map("environment").Values.OfType<string>()), collector,
            .. All.Select(s => string.Join(' ', s.Service.Map("healthcheck").Texts("test")).Replace("//127.0.0.1:", $"//{s.Name}:", StringComparison.Ordinal)),
            System.IO.File.ReadAllText(Path.Combine(Repository.Root, "deploy", "prometheus", "prometheus.yml")),
            System.IO.File.ReadAllText(Path.Combine(Repository.Root, "deploy", "grafana", "provisioning", "datasources", "datasources.yaml")),
        ];
        var addresses = texts.SelectMany(t => Address().Matches(t)).Select(m => (Host: m.Groups[1].Value, Port: m.Groups[2].Value)).Where(a => a.Host is not ("127.0.0.1" or "0.0.0.0")).ToList();
        Assert.InRange(addresses.Count, 8, 100);
        Assert.All(addresses, a => Assert.Contains(a.Port, Assert.Contains(a.Host, (IDictionary<string, string[]>)served)));
        foreach (var (name, service) in All)
            Assert.All(service.Texts("ports"), port => Assert.Contains(port.Split(':')[^1], served[name]));
    }

    [Fact]
    public void No_secret_has_a_default()
    {
        string text = System.IO.File.ReadAllText(File);
        var asked = Interpolation().Matches(text).Where(m => m.Groups[1].Value.EndsWith("PASSWORD", StringComparison.Ordinal)).ToLookup(m => m.Groups[1].Value, m => m.Groups[2].Value);
        Assert.InRange(asked.Count, 3, 10);
        Assert.All(asked, secret =>
        {
            Assert.Contains(secret, form => form.StartsWith(":?", StringComparison.Ordinal));
            Assert.DoesNotContain(secret, form => form.StartsWith(":-", StringComparison.Ordinal) || form.StartsWith('-'));
        });
        Assert.All(All.SelectMany(s => s.Service.Map("environment")).Where(v => Secret().IsMatch((string)v.Key)), v => Assert.Contains("${", (string)v.Value!, StringComparison.Ordinal));
        string[] example = System.IO.File.ReadAllLines(Path.Combine(Repository.Root, ".env.example"));
        Assert.All(asked, secret => Assert.Contains($"{secret.Key}=", example));
    }

    private static string Image(Dictionary<object, object?> service) => service.Map("build").Map("args").Text("SERVICE")!;

    [GeneratedRegex(@"\$\{\w+:-([^}]*)\}")]
    private static partial Regex Default();

    [GeneratedRegex(@"\$\{(\w+)([^}]*)\}")]
    private static partial Regex Interpolation();

    [GeneratedRegex("PASS|SECRET|TOKEN|ConnectionString|Bus__Uri", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    [GeneratedRegex(@"EXPOSE (\d+)")]
    private static partial Regex Exposed();

    [GeneratedRegex(@"endpoint: 0\.0\.0\.0:(\d+)")]
    private static partial Regex Endpoint();

    [GeneratedRegex(@"([a-z][a-z-]+|127\.0\.0\.1|0\.0\.0\.0):(\d{4,5})(?!\d)")]
    private static partial Regex Address();
}
