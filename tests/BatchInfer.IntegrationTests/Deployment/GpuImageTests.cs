using System.Text.Json;
using System.Text.RegularExpressions;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>The command that builds the image of GPU workers, as far as it goes without an engine: what it says is what the Dockerfile and the build know.</summary>
public sealed partial class GpuImageTests
{
    private static readonly string Command = BuildCommand().Match(Docs("operations.md")).Value;
    private static readonly Dictionary<string, string> Build = BuildArgument().Matches(Command).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.Ordinal);

    [Fact]
    public void It_names_arguments_stages_and_a_tag_that_are_there()
    {
        Assert.Contains("-f deploy/docker/Dockerfile", Command, StringComparison.Ordinal);
        Assert.All(Build.Keys, name => Assert.Contains(name, Dockerfile.Arguments.Keys));
        Assert.Contains(Build["BASE"], Dockerfile.Stages);
        Assert.Contains(Dockerfile.Arguments["BASE"], Dockerfile.Stages);
        Assert.NotEqual(Dockerfile.Arguments["BASE"], Build["BASE"]);
        string image = Tag().Match(Command).Groups[1].Value;
        Assert.Contains($"containers/0/image, value: {image} }}", File.ReadAllText(Path.Combine(Repository.Root, "k8s", "components", "gpu-workers", "gpu.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void It_publishes_with_the_properties_that_the_docs_of_models_give()
    {
        string[] published = Dockerfile.Publish(Build);
        string[] given = [.. PublishCommand().Match(Docs("models.md")).Value.Split(' ').Where(part => part.StartsWith("-p:", StringComparison.Ordinal))];
        Assert.Equal(2, given.Length);
        Assert.All(given, property => Assert.Contains(property, published));
        Assert.Contains("services/Worker", published);
        Assert.DoesNotContain(published, part => part.Contains('$', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_package_is_the_one_that_the_build_takes_at_a_version_that_is_pinned()
    {
        string package = Build["ONNX_RUNTIME_PACKAGE"], usual = Dockerfile.Arguments["ONNX_RUNTIME_PACKAGE"];
        Assert.Equal([package], await TakenAsync(Build));
        Assert.Equal([usual], await TakenAsync(new Dictionary<string, string>()));
        Assert.NotEqual(usual, package);

        // ONNX Runtime's packages among those that the project refers to.
        static async Task<string[]> TakenAsync(IReadOnlyDictionary<string, string> build)
        {
            var (exit, output) = await Tool.RunAsync("dotnet",
            [
                "msbuild", "shared/BatchInfer.Inference", "-getItem:PackageReference,PackageVersion",
                .. Dockerfile.Publish(build).Where(part => part.StartsWith("-p:OnnxRuntimePackage", StringComparison.Ordinal)),
            ], TestContext.Current.CancellationToken);
            Assert.True(exit == 0, output);
            using var items = JsonDocument.Parse(output);
            var versions = items.RootElement.GetProperty("Items").GetProperty("PackageVersion").EnumerateArray().ToDictionary(Identity, v => v.GetProperty("Version").GetString()!);
            string[] taken = [.. items.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray().Select(Identity).Where(p => p.Contains("OnnxRuntime", StringComparison.OrdinalIgnoreCase))];
            Assert.All(taken, p => Assert.Matches(@"^\d+\.\d+\.\d+$", versions[p]));
            return taken;
        }

        static string Identity(JsonElement item) => item.GetProperty("Identity").GetString()!;
    }

    private static string Docs(string name) => File.ReadAllText(Path.Combine(Repository.Root, "docs", name));

    [GeneratedRegex(@"docker build (?:[^\n]|\\\n)*-t batchinfer-worker-gpu \.")]
    private static partial Regex BuildCommand();

    [GeneratedRegex(@"--build-arg (\w+)=(\S+)")]
    private static partial Regex BuildArgument();

    [GeneratedRegex(@"-t (\S+)")]
    private static partial Regex Tag();

    [GeneratedRegex(@"^dotnet publish services/Worker .*OnnxRuntimePackage.*$", RegexOptions.Multiline)]
    private static partial Regex PublishCommand();
}
