using System.Text.RegularExpressions;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>What the services' Dockerfile says, with the arguments of a build put in.</summary>
internal static partial class Dockerfile
{
    public static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "docker", "Dockerfile"));

    /// <summary>Its arguments, with their defaults; empty where a build has to name one.</summary>
    public static Dictionary<string, string> Arguments => Argument().Matches(Text).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.Ordinal);

    /// <summary>Names of its stages.</summary>
    public static IEnumerable<string> Stages => Stage().Matches(Text).Select(m => m.Groups[1].Value);

    /// <summary>The line that publishes a service: arguments of <c>dotnet</c>.</summary>
    public static string[] Publish(IReadOnlyDictionary<string, string> build)
    {
        string line = PublishLine().Match(Text).Groups[1].Value.Replace("\"", "", StringComparison.Ordinal);
        return Variable().Replace(line, m => build.GetValueOrDefault(m.Groups[1].Value) ?? Arguments[m.Groups[1].Value]).Split(' ');
    }

    [GeneratedRegex(@"^ARG (\w+)=?(.*)$", RegexOptions.Multiline)]
    private static partial Regex Argument();

    [GeneratedRegex(@"^FROM .* AS (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Stage();

    [GeneratedRegex(@"^RUN dotnet (publish .+?)$", RegexOptions.Multiline)]
    private static partial Regex PublishLine();

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Variable();
}
