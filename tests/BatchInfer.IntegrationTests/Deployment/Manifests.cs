using k8s;
using k8s.Models;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>What an overlay builds to, read strictly as Kubernetes' own types.</summary>
internal sealed class Manifests
{
    private static readonly Dictionary<string, Type> Types = new(StringComparer.Ordinal)
    {
        ["keda.sh/v1alpha1/ScaledObject"] = typeof(ScaledObject),
    };

    private readonly List<object> _all;

    private Manifests(List<object> all) => _all = all;

    public List<V1Deployment> Deployments => Of<V1Deployment>();

    /// <summary>Containers of this repository's images, with the service that each runs and its pod.</summary>
    public List<(string Service, V1Container Container, V1PodTemplateSpec Pod, V1Deployment Deployment)> Ours =>
        [.. from deployment in Deployments
            from container in deployment.Spec.Template.Spec.Containers
            select (Service(container.Image), container, deployment.Spec.Template, deployment)];

    /// <summary>Every pod, the servers' too.</summary>
    public IEnumerable<V1PodTemplateSpec> Pods => Deployments.Select(d => d.Spec.Template).Concat(Of<V1StatefulSet>().Select(s => s.Spec.Template));

    private static string Folder => Path.Combine(Repository.Root, "k8s");

    /// <summary>Builds an overlay, or one with components on top as its user would add them: <c>production+telemetry</c>.</summary>
    public static async Task<Manifests> BuildAsync(string overlay, CancellationToken ct)
    {
        if (overlay.Split('+') is not [var name, _, ..] parts) return await BuildFolderAsync(Path.Combine(Folder, "overlays", overlay), ct);
        using var copy = Copy();
        string space = Yaml.Read(Path.Combine(Folder, "overlays", name, "kustomization.yaml")).Text("namespace")!;
        string file = copy.File("overlays/tested/kustomization.yaml", $"""
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            namespace: {space}
            resources: [../{name}]
            components: [{string.Join(", ", parts.Skip(1).Select(c => $"../../components/{c}"))}]
            """);
        return await BuildFolderAsync(Path.GetDirectoryName(file)!, ct);
    }

    /// <summary>All manifests in a folder of the test's own.</summary>
    public static TemporaryFolder Copy()
    {
        var copy = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(Folder, "*.yaml", SearchOption.AllDirectories)) copy.File(Path.GetRelativePath(Folder, file), File.ReadAllText(file));
        return copy;
    }

    /// <summary>Builds an overlay's folder; skips the test where nothing can.</summary>
    public static async Task<Manifests> BuildFolderAsync(string folder, CancellationToken ct)
    {
        var (program, arguments) = Tool.Find("kubectl") is { } kubectl ? (kubectl, ["kustomize", folder]) : (Tool.Find("kustomize"), new[] { "build", folder });
        Assert.SkipWhen(program is null, "neither kubectl nor kustomize is on PATH: tests/run installs Debian's kubernetes-client where it is new enough to know components, as Debian 12's is not.");
        var (exit, output) = await Tool.RunAsync(program!, arguments, ct);
        Assert.True(exit == 0, output);
        return Read(output);
    }

    public static Manifests Read(string yaml) => new(KubernetesYaml.LoadAllFromString(yaml, Types, strict: true));

    public List<T> Of<T>() => [.. _all.OfType<T>()];

    /// <summary>Pod templates that a selector selects.</summary>
    public IEnumerable<V1PodTemplateSpec> Selected(IDictionary<string, string>? labels, IList<V1LabelSelectorRequirement>? expressions = null) =>
        Pods.Where(t =>
            (labels?.All(l => t.Metadata.Labels.TryGetValue(l.Key, out string? value) && value == l.Value) ?? true)
            && (expressions?.All(e => e.OperatorProperty == "In" && t.Metadata.Labels.TryGetValue(e.Key, out string? value) && e.Values.Contains(value)) ?? true));

    /// <summary>Services whose pods a policy selects.</summary>
    public IEnumerable<string> Selected(V1NetworkPolicy policy)
    {
        var pods = Selected(policy.Spec.PodSelector.MatchLabels, policy.Spec.PodSelector.MatchExpressions).ToHashSet();
        return Ours.Where(o => pods.Contains(o.Pod)).Select(o => o.Service);
    }

    /// <summary>Secrets that anything names, with the keys of each.</summary>
    public IEnumerable<(string Name, string Key)> SecretKeys =>
        Pods.SelectMany(t => t.Spec.Containers).SelectMany(c => c.Env ?? [])
            .Select(e => e.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>().Select(s => (s.Name, s.Key));

    private static string Service(string image)
    {
        string name = image.Split('/')[^1].Split(':')[0];
        return ServiceSettings.Services.Single(s => name.StartsWith($"batchinfer-{s}", StringComparison.OrdinalIgnoreCase));
    }
}
