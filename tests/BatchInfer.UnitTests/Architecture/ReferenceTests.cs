using System.Xml.Linq;

namespace BatchInfer.UnitTests.Architecture;

/// <summary>Who may reference whom, read from the project files.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["BatchInfer.Contracts"] = [],
        ["BatchInfer.Corpus"] = ["BatchInfer.Contracts"],
        ["BatchInfer.Inference"] = ["BatchInfer.Contracts"],
        ["BatchInfer.ServiceDefaults"] = ["BatchInfer.Contracts"],
        ["BatchInfer.Coordinator"] = ["BatchInfer.Contracts", "BatchInfer.Corpus", "BatchInfer.ServiceDefaults"],
        ["BatchInfer.Worker"] = ["BatchInfer.Contracts", "BatchInfer.Corpus", "BatchInfer.Inference", "BatchInfer.ServiceDefaults"],
        ["BatchInfer.Results"] = ["BatchInfer.Contracts", "BatchInfer.Corpus", "BatchInfer.ServiceDefaults"],
        ["BatchInfer.Dashboard"] = ["BatchInfer.Contracts", "BatchInfer.ServiceDefaults"],
        ["BatchInfer.Standalone"] = ["BatchInfer.Coordinator", "BatchInfer.Results", "BatchInfer.Worker", "BatchInfer.Dashboard", "BatchInfer.ServiceDefaults", "BatchInfer.Contracts"],
        ["BatchInfer.Cli"] = ["BatchInfer.Contracts", "BatchInfer.Corpus", "BatchInfer.Inference", "BatchInfer.Standalone"],
    };

    public static TheoryData<string> Projects { get; } = [.. Files().Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_design_allows(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out string[]? allowed), $"{project} is not in the design: say here what it may reference.");
        var references = Elements(project, "ProjectReference").Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void Contracts_need_no_package() => Assert.Empty(Elements("BatchInfer.Contracts", "PackageReference"));

    [Theory]
    [InlineData("BatchInfer.Inference", "MassTransit", "EntityFrameworkCore", "AspNetCore")]
    [InlineData("BatchInfer.Corpus", "MassTransit", "EntityFrameworkCore", "AspNetCore")]
    [InlineData("BatchInfer.Worker", "EntityFrameworkCore", "Npgsql", "Sqlite")]
    [InlineData("BatchInfer.Dashboard", "MassTransit", "EntityFrameworkCore", "Npgsql", "Sqlite")]
    public void A_project_stays_free_of_what_is_not_its_business(string project, params string[] forbidden) =>
        Assert.DoesNotContain(Elements(project, "PackageReference"), e => forbidden.Any(f => e.Attribute("Include")!.Value.Contains(f, StringComparison.Ordinal)));

    private static IEnumerable<XElement> Elements(string project, string name) => XDocument.Load(Files()[project]).Descendants(name);

    private static Dictionary<string, string> Files()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "BatchInfer.sln"))) root = root.Parent!;
        return ((string[])["services", "shared"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root.FullName, folder), "*.csproj", SearchOption.AllDirectories))
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path)!, StringComparer.Ordinal);
    }
}
