using System.Text.RegularExpressions;
using k8s.Models;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>The steps of docs/operations.md that bring images and models into a cluster fit the manifests.</summary>
public sealed partial class ClusterGuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_images_that_the_guide_builds_are_those_of_the_dev_overlay_and_are_not_pulled()
    {
        var built = await Manifests.BuildAsync("dev", Ct);
        string[] services = BuiltServices().Match(Guide).Groups[1].Value.Split(' ');
        Assert.Equal(ServiceSettings.Services.Order(), services.Order());
        Assert.Contains("-t \"batchinfer-$(echo $service | tr A-Z a-z):dev\"", Guide, StringComparison.Ordinal);
        Assert.Equal(services.Select(s => $"batchinfer-{s.ToLowerInvariant()}:dev").Order(), built.Ours.Select(o => o.Container.Image).Order());
        Assert.All(built.Ours, o =>
        {
            Assert.Equal("IfNotPresent", o.Container.ImagePullPolicy);
            Assert.Contains($" {o.Container.Image}", Loaded().Match(Guide).Value, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("production")]
    [InlineData("production-gpu")]
    public async Task Models_are_copied_where_workers_look_for_them_by_somebody_whose_files_they_may_read(string overlay)
    {
        var built = await Manifests.BuildAsync(overlay, Ct);
        var claim = Assert.Single(built.Of<V1PersistentVolumeClaim>(), c => c.Metadata.Name == "models");
        // A claim that nobody may write to stays empty. One node has all of the dev cluster.
        Assert.Equal(overlay == "dev" ? "ReadWriteOnce" : "ReadWriteMany", Assert.Single(claim.Spec.AccessModes));

        var pod = Assert.Single(Manifests.Read(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "k8s", "fill", "models.yaml"), Ct)).Of<V1Pod>());
        var (volume, container) = (Assert.Single(pod.Spec.Volumes), Assert.Single(pod.Spec.Containers));
        Assert.Equal((claim.Metadata.Name, null), (volume.PersistentVolumeClaim.ClaimName, volume.PersistentVolumeClaim.ReadOnlyProperty));
        string folder = Assert.Single(container.VolumeMounts).MountPath;
        var worker = Assert.Single(built.Ours, o => o.Service == "Worker");
        Assert.Contains(worker.Container.VolumeMounts, m => m.MountPath == folder && m.ReadOnlyProperty == true);
        Assert.All(worker.Container.Env.Where(e => e.Name.StartsWith("Models__", StringComparison.Ordinal)), e => Assert.Equal(folder, e.Value[..folder.Length]));
        var (theirs, ours) = (worker.Pod.Spec.SecurityContext, pod.Spec.SecurityContext);
        Assert.Equal((theirs.RunAsUser, theirs.RunAsGroup, theirs.FsGroup), (ours.RunAsUser, ours.RunAsGroup, ours.FsGroup));
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);

        // Under a name that workers pass over until all is there.
        Assert.Contains($"{pod.Metadata.Name}:{folder}/.sentiment", Guide, StringComparison.Ordinal);
        Assert.Contains($"exec {pod.Metadata.Name} -- mv {folder}/.sentiment {folder}/sentiment", Guide, StringComparison.Ordinal);
    }

    [GeneratedRegex("for service in ([A-Za-z ]+); do")]
    private static partial Regex BuiltServices();

    [GeneratedRegex("kind load docker-image .*")]
    private static partial Regex Loaded();
}
