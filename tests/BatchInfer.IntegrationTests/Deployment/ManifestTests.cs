using System.Globalization;
using System.Text.Json;
using BatchInfer.Contracts;
using k8s.Models;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>What can be said of the manifests without a cluster, of every overlay.</summary>
public sealed class ManifestTests
{
    private const int DrainSeconds = 15;
    private static readonly string[] SecretKeys =
    [
        "bus-uri", "database", "postgres-password", "rabbitmq-password", "redis",
        "aws-access-key-id", "aws-secret-access-key", "azure-connection-string",
    ];

    private static readonly string[] Names = [.. Directory.GetDirectories(Path.Combine(Repository.Root, "k8s", "overlays")).Select(Path.GetFileName).OfType<string>().Order()];

    // Each as it is, and with what its user may add.
    public static TheoryData<string> Overlays { get; } = [.. Names, .. Names.Select(n => $"{n}+object-storage+telemetry+lookup-cache")];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_manifest_is_read_strictly_as_kubernetes_types()
    {
        string[] files = [.. Directory.GetFiles(Path.Combine(Repository.Root, "k8s"), "*.yaml", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) is not ("kustomization.yaml" or "names.yaml" or "gpu.yaml" or "credentials.yaml" or "address.yaml"))];
        Assert.InRange(files.Length, 10, 100);
        Assert.All(files, file => Assert.NotEmpty(Manifests.Read(File.ReadAllText(file)).Of<object>()));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Variables_ports_and_probes_are_those_of_the_services(string overlay)
    {
        var built = await Manifests.BuildAsync(overlay, Ct);
        Assert.Equal(ServiceSettings.Services.Order(), built.Ours.Select(o => o.Service).Distinct().Order());
        var config = Assert.Single(built.Of<V1ConfigMap>());
        Assert.All(config.Data.Keys, variable => Assert.Contains(ServiceSettings.Services, s => ServiceSettings.Reads(s, variable)));
        string port = Dockerfile.Text.Split("EXPOSE ")[1].Split('\n')[0], management = config.Data["Management__Port"];
        Assert.NotEqual(port, management);
        Assert.All(built.Ours, o =>
        {
            Assert.All(o.Container.Env ?? [], e => Assert.True(ServiceSettings.Reads(o.Service, e.Name), $"{o.Service} does not read {e.Name}"));
            Assert.All(o.Container.EnvFrom, e => Assert.Equal(config.Metadata.Name, e.ConfigMapRef.Name));
            Assert.Equal([("http", port), ("management", management)], o.Container.Ports.Select(p => (p.Name, $"{p.ContainerPort}")));
            V1Probe[] probes = [o.Container.StartupProbe, o.Container.LivenessProbe, o.Container.ReadinessProbe];
            Assert.All(probes, p => Assert.Equal("management", p.HttpGet.Port.Value));
            Assert.Equal(["/health/live", "/health/live", "/health/ready"], probes.Select(p => p.HttpGet.Path));
            Assert.Equal((management, "/metrics"), (o.Pod.Metadata.Annotations["prometheus.io/port"], o.Pod.Metadata.Annotations["prometheus.io/path"]));
        });
        Assert.All(built.Of<V1Service>(), service =>
        {
            var ports = built.Selected(service.Spec.Selector).SelectMany(t => t.Spec.Containers).SelectMany(c => c.Ports).Select(p => p.Name).ToHashSet();
            Assert.All(service.Spec.Ports, p => Assert.Contains(p.TargetPort.Value, ports));
            // Metrics and health are for who asks the pod itself.
            Assert.DoesNotContain(service.Spec.Ports, p => p.TargetPort.Value == "management" && built.Ours.Exists(o => built.Selected(service.Spec.Selector).Contains(o.Pod)));
        });
        // Addresses among the services are those of Services of this very overlay.
        var hosts = built.Of<V1Service>().Select(s => s.Metadata.Name).ToHashSet();
        Assert.All(config.Data.Where(c => c.Key != "OTEL_EXPORTER_OTLP_ENDPOINT" && c.Value.StartsWith("http://", StringComparison.Ordinal)), c =>
        {
            Assert.Contains(new Uri(c.Value).Host, hosts);
            Assert.Equal(port, $"{new Uri(c.Value).Port}");
        });
        Assert.All(Assert.Single(built.Of<V1Ingress>()).Spec.Rules.Single().Http.Paths, p =>
        {
            Assert.Contains(p.Backend.Service.Name, hosts);
            Assert.Equal("http", p.Backend.Service.Port.Name);
        });
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Pods_may_do_nothing_that_they_need_not_and_have_time_to_end(string overlay)
    {
        var built = await Manifests.BuildAsync(overlay, Ct);
        Assert.Empty(built.Of<V1Secret>());
        Assert.All(built.SecretKeys, s => Assert.Contains(s.Key, SecretKeys));
        Assert.All(built.Of<V1ServiceAccount>(), a => Assert.False(a.AutomountServiceAccountToken));
        Assert.All(built.Ours, o =>
        {
            var (pod, container) = (o.Pod.Spec, o.Container);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.Contains(pod.ServiceAccountName, built.Of<V1ServiceAccount>().Select(a => a.Metadata.Name));
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            // Who has a Service is led requests for a while yet, and a worker is not; the grace begins with the sleep.
            long sleep = o.Container.Lifecycle?.PreStop?.Sleep?.Seconds ?? 0;
            Assert.Equal(built.Of<V1Service>().Exists(s => built.Selected(s.Spec.Selector).Contains(o.Pod)), sleep > 0);
            Assert.True(pod.TerminationGracePeriodSeconds > sleep + DrainSeconds + 10, $"{o.Service} is killed before it has drained");
            Assert.True(container.Resources.Requests.ContainsKey("cpu") && container.Resources.Requests.ContainsKey("memory") && container.Resources.Limits.ContainsKey("memory"));
            Assert.All(pod.TopologySpreadConstraints, t => Assert.Contains(o.Pod, built.Selected(t.LabelSelector.MatchLabels)));
            Assert.Equal(2, pod.TopologySpreadConstraints.Count);
            Assert.Contains(built.Of<V1PodDisruptionBudget>(), b => built.Selected(b.Spec.Selector.MatchLabels).Contains(o.Pod));
            // Nothing but these is written to.
            Assert.All(container.VolumeMounts, m => Assert.Contains(m.Name, pod.Volumes.Select(v => v.Name)));
            Assert.Contains(container.VolumeMounts, m => m.MountPath == "/tmp");
        });
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Images_have_tags_and_volumes_keep_their_owners(string overlay)
    {
        var built = await Manifests.BuildAsync(overlay, Ct);
        Assert.All(built.Pods.SelectMany(p => p.Spec.Containers), c =>
        {
            // Without one it is "latest", which is pulled each time: from a registry that has none where images were built on the machine.
            Assert.Matches(@":(?!latest$)[\w.-]+$", c.Image);
            Assert.NotEqual("Always", c.ImagePullPolicy);
        });
        // What a server has let its owner alone read stays so where its volume is mounted again.
        Assert.All(built.Pods.Where(p => p.Spec.SecurityContext.FsGroup is not null), p => Assert.Equal("OnRootMismatch", p.Spec.SecurityContext.FsGroupChangePolicy));
        Assert.All(built.Pods.SelectMany(p => p.Spec.Volumes ?? []).Select(v => v.PersistentVolumeClaim).OfType<V1PersistentVolumeClaimVolumeSource>(),
            v => Assert.Contains(v.ClaimName, built.Of<V1PersistentVolumeClaim>().Select(c => c.Metadata.Name)));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task The_network_refuses_what_no_policy_allows_and_every_policy_is_about_somebody(string overlay)
    {
        var built = await Manifests.BuildAsync(overlay, Ct);
        var policies = built.Of<V1NetworkPolicy>();
        Assert.Contains(policies, p => p.Spec.PodSelector.MatchLabels is null && p.Spec.Ingress is null && p.Spec.Egress is null && p.Spec.PolicyTypes.Count == 2);
        Assert.All(policies, p => Assert.NotEmpty(built.Selected(p.Spec.PodSelector.MatchLabels, p.Spec.PodSelector.MatchExpressions)));
        var peers = policies.SelectMany(p => (p.Spec.Ingress ?? []).SelectMany(i => i.FromProperty ?? []).Concat((p.Spec.Egress ?? []).SelectMany(e => e.To ?? [])));
        Assert.All(peers.Select(p => p.PodSelector).OfType<V1LabelSelector>(), s => Assert.NotEmpty(built.Selected(s.MatchLabels, s.MatchExpressions)));
        // The broker, with TLS and without, is reached by all whose settings name it.
        Assert.All(built.Ours.Where(o => (o.Container.Env ?? []).Any(e => e.Name == "Bus__Uri")), o =>
            Assert.All(new[] { "5671", "5672" }, port => Assert.Contains(policies, p => built.Selected(p).Contains(o.Service) && (p.Spec.Egress ?? []).Any(e => e.To is null && e.Ports.Any(r => r.Port.Value == port)))));
        Assert.All(built.Ours, o => Assert.Contains(policies, p => p.Spec.Egress is { Count: > 0 } && p.Spec.PodSelector.MatchLabels is { Count: > 0 } labels && built.Selected(labels).Contains(o.Pod)));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Whatever_has_metrics_is_scraped(string overlay)
    {
        var built = await Manifests.BuildAsync(overlay, Ct);
        Assert.All(built.Ours, o => Assert.Contains(built.Of<V1NetworkPolicy>(), p =>
            built.Selected(p.Spec.PodSelector.MatchLabels, p.Spec.PodSelector.MatchExpressions).Contains(o.Pod)
            && (p.Spec.Ingress ?? []).Any(rule =>
                rule.Ports.Any(r => r.Port.Value == o.Pod.Metadata.Annotations["prometheus.io/port"])
                && rule.FromProperty.Any(f => f.PodSelector is null && f.NamespaceSelector?.MatchLabels is { } labels && labels.Contains(new("batchinfer/metrics", "true"))))));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task What_the_ingress_leads_to_lets_it_in_and_lookups_go_straight_to_results(string overlay)
    {
        var built = await Manifests.BuildAsync(overlay, Ct);
        var ingress = Assert.Single(built.Of<V1Ingress>());
        // The product's own limit of a corpus is the only one, and nothing is cut off that is slow to come.
        Assert.Equal(("0", "off"), (Nginx("proxy-body-size"), Nginx("proxy-request-buffering")));
        Assert.All(new[] { "proxy-read-timeout", "proxy-send-timeout" }, name => Assert.InRange(int.Parse(Nginx(name), CultureInfo.InvariantCulture), 600, int.MaxValue));
        var paths = ingress.Spec.Rules.Single().Http.Paths;
        Assert.Equal("results", Assert.Single(paths, p => p.Path == "/v1/predictions").Backend.Service.Name);
        Assert.All(paths.Select(p => p.Backend.Service.Name).Distinct(), name => Assert.Contains(built.Of<V1NetworkPolicy>(), p =>
            p.Spec.PodSelector.MatchLabels is { } pod && pod.Contains(new("app", name))
            && (p.Spec.Ingress ?? []).Any(rule => rule.FromProperty.Any(f => f.NamespaceSelector?.MatchLabels is { } labels && labels.Contains(new("batchinfer/ingress", "true"))))));

        string Nginx(string name) => ingress.Metadata.Annotations[$"nginx.ingress.kubernetes.io/{name}"];
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Everything_is_in_one_namespace_and_the_page_in_one_process(string overlay)
    {
        var built = await Manifests.BuildAsync(overlay, Ct);
        Assert.NotNull(Assert.Single(built.Of<IMetadata<V1ObjectMeta>>().Select(o => o.Metadata.NamespaceProperty).Distinct()));
        // Its browsers' circuits, and the keys that protect them, are the process' own.
        Assert.Equal(1, Assert.Single(built.Ours, o => o.Service == "Dashboard").Deployment.Spec.Replicas);
    }

    [Theory]
    [InlineData("production")]
    [InlineData("production-gpu")]
    [InlineData("production-gpu+object-storage+telemetry+lookup-cache")]
    public async Task A_models_workers_come_and_go_with_what_waits_for_it_and_its_variants(string overlay)
    {
        var built = await Manifests.BuildAsync(overlay, Ct);
        var scaled = Assert.Single(built.Of<ScaledObject>());
        var target = Assert.Single(built.Deployments, d => d.Metadata.Name == scaled.Spec.ScaleTargetRef.Name);
        Assert.Null(target.Spec.Replicas);
        Assert.Equal(0, scaled.Spec.MinReplicaCount);
        // Else KEDA stops the first worker before it has announced a model that no job can name until then.
        Assert.True(scaled.Spec.InitialCooldownPeriod > target.Spec.Template.Spec.Containers[0].StartupProbe.FailureThreshold * target.Spec.Template.Spec.Containers[0].StartupProbe.PeriodSeconds);
        Assert.True(scaled.Spec.CooldownPeriod > target.Spec.Template.Spec.TerminationGracePeriodSeconds);
        // The only one: a queue's length knows neither the variants' queues nor what waits while nobody is there.
        var backlog = Assert.Single(scaled.Spec.Triggers);
        Assert.Equal("metrics-api", backlog.Type);
        var url = new Uri(backlog.Metadata["url"]);
        var coordinator = Assert.Single(built.Of<V1Service>(), s => s.Metadata.Name == "coordinator").Metadata;
        Assert.Equal(($"coordinator.{coordinator.NamespaceProperty}.svc", 8080, "/v1/backlog", "?model=sentiment"), (url.Host, url.Port, url.AbsolutePath, url.Query));
        // A member of what GET /v1/backlog answers, which BacklogTests looks at.
        Assert.Contains(backlog.Metadata["valueLocation"], JsonSerializer.SerializeToElement(new BacklogResource("sentiment", 0, 0, 0, []), ApiJson.Options).EnumerateObject().Select(p => p.Name));
        Assert.Equal("shards", backlog.Metadata["valueLocation"]);
        var served = Assert.Single(target.Spec.Template.Spec.Containers).Env.Single(e => e.Name == "Models__Named__sentiment");
        Assert.Equal("?model=" + served.Name.Split("__")[^1], url.Query);
        if (overlay.StartsWith("production-gpu", StringComparison.Ordinal))
            Assert.Equal("1", target.Spec.Template.Spec.Containers.Single().Resources.Limits["nvidia.com/gpu"].ToString());
    }

    [Fact]
    public async Task KEDA_asks_in_the_namespace_that_an_overlay_names()
    {
        using var copy = Manifests.Copy();
        string file = copy["overlays/production/kustomization.yaml"];
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Ct)).Replace("namespace: batchinfer\n", "namespace: elsewhere\n", StringComparison.Ordinal), Ct);
        var built = await Manifests.BuildFolderAsync(Path.GetDirectoryName(file)!, Ct);
        Assert.Equal("http://coordinator.elsewhere.svc:8080/v1/backlog?model=sentiment", Assert.Single(built.Of<ScaledObject>()).Spec.Triggers.Single(t => t.Type == "metrics-api").Metadata["url"]);
    }
}
