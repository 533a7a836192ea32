using Microsoft.AspNetCore.Http;

namespace BatchInfer.Cli.Options;

/// <summary>`serve --urls`: one or more addresses with semicolons between.</summary>
internal static class ListenAddress
{
    public static string Check(string urls)
    {
        foreach (string url in Split(urls))
        {
            if (!url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
                throw CliException.BadInput($"--urls '{url}' should look like {ServerOption.Default}.");
            if (!HasPort(url)) throw CliException.BadInput($"--urls '{url}' has a port that is none: it is a number from 0, which takes a free one, to 65535.");
        }

        return urls;
    }

    /// <summary>False where another machine could reach one of the addresses; <c>*</c> and <c>+</c> are such.</summary>
    public static bool IsLoopback(string urls) => Split(urls).All(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.IsLoopback);

    private static bool HasPort(string url)
    {
        try
        {
            return BindingAddress.Parse(url).Port is >= 0 and <= ushort.MaxValue;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static string[] Split(string urls) => urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
