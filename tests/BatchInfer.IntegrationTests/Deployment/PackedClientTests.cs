using System.IO.Compression;
using System.Text.RegularExpressions;
using BatchInfer.IntegrationTests.Api;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>The client as others get it: packed by README's line, restored from a folder with nothing else in it, and used as its own README says.</summary>
public sealed partial class PackedClientTests(EmbeddedApi api)
{
    private const string Address = "http://127.0.0.1:5080";

    private const string Project =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <RestorePackagesPath>../restored</RestorePackagesPath>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="BatchInfer.Client" Version="*" />
          </ItemGroup>
        </Project>
        """;

    private const string Sources =
        """
        <configuration>
          <packageSources><clear /><add key="packed" value="../packed" /></packageSources>
          <fallbackPackageFolders><clear /></fallbackPackageFolders>
        </configuration>
        """;

    [Fact(Timeout = 600_000)]
    public async Task A_program_from_the_readme_runs_on_the_package_alone()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        // Built beside what the tests run, of which nothing may change.
        await DotnetAsync(Repository.Root, ct, "pack", "shared/BatchInfer.Contracts", "-c", "Release", "-o", folder["packed"], "--artifacts-path", folder["built"], "-nologo", "-v", "quiet");
        string package = Assert.Single(Directory.GetFiles(folder["packed"], "BatchInfer.Client.*.nupkg"));
        string readme = await ReadmeAsync(package, ct);
        Assert.Contains(Address, readme, StringComparison.Ordinal);

        // Its lines in one program, on this server; one text is asked for by no other test.
        string program = string.Concat(Samples().Matches(readme).Select(m => m.Groups[1].Value)).Replace(Address, api.Http.BaseAddress!.ToString(), StringComparison.Ordinal);
        folder.File("console/Program.cs", program);
        folder.File("console/console.csproj", Project);
        folder.File("console/nuget.config", Sources);
        folder.File("console/tickets.csv", $"ticket,body\nt-1,{LookedUp().Match(readme).Groups[1].Value}\nt-2,A text of {Guid.NewGuid()}.\n");
        await DotnetAsync(folder["console"], ct, "build", "-o", folder["program"], "-nologo", "-v", "quiet");
        string output = await DotnetAsync(folder["console"], ct, folder["program/console.dll"]);

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Matches("^[12] of 2 to compute, ", lines[0]);
        Assert.Contains("Completed: 2 of 2", lines);
        Assert.Equal(["t-1", "t-2", "", "0", "1"], lines.Select(l => Prediction().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value));
        Assert.Equal("Completed", lines[^3]);
    }

    private static async Task<string> DotnetAsync(string directory, CancellationToken ct, params string[] arguments)
    {
        var (exit, output) = await Tool.RunAsync("dotnet", arguments, ct, directory);
        Assert.True(exit == 0, output);
        return output;
    }

    private static async Task<string> ReadmeAsync(string package, CancellationToken ct)
    {
        await using var archive = await ZipFile.OpenReadAsync(package, ct);
        using var reader = new StreamReader(await archive.GetEntry("README.md")!.OpenAsync(ct));
        return await reader.ReadToEndAsync(ct);
    }

    [GeneratedRegex("```csharp\n(.+?)```", RegexOptions.Singleline)]
    private static partial Regex Samples();

    [GeneratedRegex("""FindAsync\("sentiment", "(.+?)"\)""")]
    private static partial Regex LookedUp();

    // A line of a job begins with the record's id or ordinal, an answer that was looked up with itself.
    [GeneratedRegex("""^(?:(t-\d|\d): )?\[\{"label":"(?:POSITIVE|NEGATIVE)","score":""")]
    private static partial Regex Prediction();
}
