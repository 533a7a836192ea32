using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>What the tests start lies beside them, compiled ahead of time by a build that keeps what it can.</summary>
public sealed class CompiledAheadTests
{
    [Theory]
    [InlineData("Coordinator")]
    [InlineData("Results")]
    [InlineData("Worker")]
    [InlineData("Dashboard")]
    [InlineData("Standalone")]
    public void What_a_test_starts_is_what_was_built_last(string service)
    {
        var beside = new DirectoryInfo(AppContext.BaseDirectory);
        string output = Path.Combine("bin", beside.Parent!.Name, beside.Name);
        string built = Path.Combine(Repository.Root, "services", service, output);
        string[] names = [.. Directory.GetFiles(built, "BatchInfer.*.dll").Select(f => Path.GetFileName(f)!)];
        Assert.Contains($"BatchInfer.{service}.dll", names);
        // The compiler leaves it as it is.
        foreach (string name in names) Assert.Equal(Version(Path.Combine(built, name)), Version(Path.Combine(beside.FullName, name)));
    }

    private static Guid Version(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }
}
