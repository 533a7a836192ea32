using System.Text.RegularExpressions;
using BatchInfer.Corpus;
using k8s.Models;
using Microsoft.Extensions.Configuration;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>What an overlay may add: object storage and telemetry. Built with every overlay they are held to all that <see cref="ManifestTests"/> says, too.</summary>
public sealed partial class ComponentTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_component_is_built_by_a_test()
    {
        var built = ManifestTests.Overlays.SelectMany(row => Parts(row.Data)).ToHashSet();
        Assert.All(Directory.GetDirectories(Path.Combine(Repository.Root, "k8s", "components")), folder => Assert.Contains(Path.GetFileName(folder), built));

        static IEnumerable<string> Parts(string overlay) =>
            [.. overlay.Split('+').Skip(1), .. Yaml.Read(Path.Combine(Repository.Root, "k8s", "overlays", overlay.Split('+')[0], "kustomization.yaml")).Texts("components").Select(c => Path.GetFileName(c))];
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("production")]
    [InlineData("production-gpu")]
    public async Task Object_storage_is_reached_by_those_who_read_objects_and_by_nobody_else(string overlay)
    {
        var (without, built) = (await Manifests.BuildAsync(overlay, Ct), await Manifests.BuildAsync($"{overlay}+object-storage", Ct));
        string[] readers = [.. ServiceSettings.Services.Where(ServiceSettings.ReadsObjects).Order()];
        Assert.Equal(["Coordinator", "Worker"], readers);
        Assert.Empty(Reaching(without));
        Assert.Equal(readers, Reaching(built));

        // Credentials are keys of a Secret, and may be missing where the pods' account is enough.
        var secrets = built.Ours.SelectMany(o => (o.Container.Env ?? []).Select(e => (o.Service, Key: e.ValueFrom?.SecretKeyRef))).Where(e => e.Key?.Name == "batchinfer-object-storage").ToList();
        Assert.Equal(readers, secrets.Select(s => s.Service).Distinct().Order());
        Assert.All(secrets, s => Assert.True(s.Key!.Optional));
        string docs = await DocsAsync("object-storage.md");
        Assert.All(secrets, s => Assert.Contains($"`{s.Key!.Key}`", docs, StringComparison.Ordinal));

        // The services would start with these settings, and read what they name.
        var options = new ObjectStorageOptions();
        new ConfigurationBuilder().AddInMemoryCollection(Assert.Single(built.Of<V1ConfigMap>()).Data.Select(d => KeyValuePair.Create(d.Key.Replace("__", ":", StringComparison.Ordinal), (string?)d.Value)))
            .Build().GetSection(ObjectStorageOptions.Section).Bind(options);
        Assert.Empty(options.Problems());
        Assert.NotEmpty(options.Allow);
        Assert.NotNull(options.S3.Region);

        static IEnumerable<string> Reaching(Manifests manifests) => manifests.Of<V1NetworkPolicy>()
            .Where(p => (p.Spec.Egress ?? []).Any(e => e.To is null && e.Ports.Any(r => r.Port.Value == "443"))).SelectMany(manifests.Selected).Order();
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("production")]
    [InlineData("production-gpu")]
    public async Task Telemetry_goes_from_every_service_to_the_collectors_namespace_and_port(string overlay)
    {
        var built = await Manifests.BuildAsync($"{overlay}+telemetry", Ct);
        var endpoint = new Uri(Assert.Single(built.Of<V1ConfigMap>()).Data["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        // In another namespace, whose name a bare one would lack.
        Assert.Equal(3, endpoint.Host.Split('.').Length);
        Assert.EndsWith(".svc", endpoint.Host, StringComparison.Ordinal);
        var policy = Assert.Single(built.Of<V1NetworkPolicy>(), p => p.Metadata.Name == "telemetry");
        Assert.Equal(ServiceSettings.Services.Order(), built.Selected(policy).Order());
        var rule = Assert.Single(policy.Spec.Egress);
        Assert.Equal($"{endpoint.Port}", Assert.Single(rule.Ports).Port.Value);
        var label = Assert.Single(Assert.Single(rule.To).NamespaceSelector.MatchLabels);
        Assert.Contains($"`{label.Key}={label.Value}`", await DocsAsync("operations.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("production")]
    public async Task A_shared_cache_of_lookups_is_reached_by_results_alone(string overlay)
    {
        var (without, built) = (await Manifests.BuildAsync(overlay, Ct), await Manifests.BuildAsync($"{overlay}+lookup-cache", Ct));
        Assert.Empty(Reaching(without));
        Assert.Equal(["Results"], Reaching(built));
        var (service, secret) = Assert.Single(built.Ours.SelectMany(o => (o.Container.Env ?? []).Where(e => e.Name == "LookUp__Redis").Select(e => (o.Service, e.ValueFrom.SecretKeyRef))));
        Assert.Equal(("Results", "batchinfer-servers", "redis"), (service, secret.Name, secret.Key));
        Assert.Contains($"`{secret.Key}`", await DocsAsync("operations.md"), StringComparison.Ordinal);

        static IEnumerable<string> Reaching(Manifests manifests) => manifests.Of<V1NetworkPolicy>()
            .Where(p => (p.Spec.Egress ?? []).Any(e => (e.Ports ?? []).Any(r => r.Port.Value == "6379"))).SelectMany(manifests.Selected).Order();
    }

    [Fact]
    public async Task The_overlay_that_the_docs_write_builds_and_says_what_it_should()
    {
        using var copy = Manifests.Copy();
        string file = copy.File("overlays/own/kustomization.yaml",
            Overlay().Match(await DocsAsync("operations.md")).Value.Replace("[../../components/telemetry]", "[../../components/telemetry, ../../components/object-storage]", StringComparison.Ordinal)
            // Its patches go on with those of the other page.
            + string.Join('\n', Patches().Match(await DocsAsync("object-storage.md")).Groups[1].Value.Split('\n').Select(line => "    " + line)));
        await File.WriteAllLinesAsync(file, (await File.ReadAllLinesAsync(file, Ct)).Select(line => line.Length > 4 ? line[4..] : ""), Ct);
        var data = Assert.Single((await Manifests.BuildFolderAsync(Path.GetDirectoryName(file)!, Ct)).Of<V1ConfigMap>()).Data;
        Assert.Equal("http://collector.monitoring.svc:4317", data["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal(["az://corpora/", "s3://my-corpora/"], data.Where(d => d.Key.StartsWith("ObjectStorage__Allow__", StringComparison.Ordinal)).Select(d => d.Value).Order());
        Assert.All(data.Keys, variable => Assert.True(ServiceSettings.Reads("Coordinator", variable) || ServiceSettings.Reads("Results", variable) || ServiceSettings.Reads("Dashboard", variable), variable));
    }

    private static Task<string> DocsAsync(string name) => File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", name), Ct);

    [GeneratedRegex(@"^    apiVersion: kustomize.*\n(?:    .*\n)+", RegexOptions.Multiline)]
    private static partial Regex Overlay();

    [GeneratedRegex(@"^```\npatches:\n((?:  .*\n)+)```", RegexOptions.Multiline)]
    private static partial Regex Patches();
}
