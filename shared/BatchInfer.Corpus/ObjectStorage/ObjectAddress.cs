using System.Diagnostics.CodeAnalysis;

namespace BatchInfer.Corpus;

/// <summary>Where an object lies.</summary>
/// <param name="Scheme">Kind of store.</param>
/// <param name="Container">Bucket, container, or host with its port.</param>
/// <param name="Key">Key of the object as it is, with nothing escaped; of a web address its path, escaped.</param>
/// <param name="Uri">The address. Of s3: and az: only its original text counts, in which nothing is escaped.</param>
public sealed record ObjectAddress(ObjectScheme Scheme, string Container, string Key, Uri Uri)
{
    private const int MaxLength = 4096;

    /// <summary>The address for eyes and logs: the query of a signed address is a secret.</summary>
    public string Shown => IsWeb ? Uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : Uri.OriginalString;

    /// <summary>The last part of its path.</summary>
    public string FileName => (IsWeb ? Uri.UnescapeDataString(Key) : Key).Split('/')[^1];

    /// <summary>Whether it is <c>https:</c> or <c>http:</c>.</summary>
    public bool IsWeb => Scheme is ObjectScheme.Https or ObjectScheme.Http;

    /// <summary>Whether a text begins as an address does, and is no path.</summary>
    public static bool IsOne(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SchemeOf(text) is not null;
    }

    /// <summary>Reads an address.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address.</param>
    /// <param name="problem">Why it is none, in a sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ObjectAddress? address, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = null;
        problem = SchemeOf(text) is not { } scheme
            ? "An address begins with s3://, az:// or https://."
            : text.Length > MaxLength || text.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0
                ? $"An address has at most {MaxLength} characters, and no control characters."
                : scheme is ObjectScheme.Http or ObjectScheme.Https ? ReadWeb(scheme, text, ref address) : ReadStore(scheme, text, ref address);
        return address is not null;
    }

    /// <summary>The address that a message brought.</summary>
    /// <exception cref="ObjectStorageException">It is none.</exception>
    public static ObjectAddress Parse(string text) =>
        TryParse(text, out var address, out var problem) ? address : throw new ObjectStorageException(ObjectFault.NotAllowed, problem);

    private static ObjectScheme? SchemeOf(string text) =>
        Begins(text, "s3") ? ObjectScheme.S3
        : Begins(text, "az") ? ObjectScheme.Azure
        : Begins(text, "https") ? ObjectScheme.Https
        : Begins(text, "http") ? ObjectScheme.Http
        : null;

    private static bool Begins(string text, string scheme) =>
        text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && text.AsSpan(scheme.Length).StartsWith("://", StringComparison.Ordinal);

    private static string? ReadStore(ObjectScheme scheme, string text, ref ObjectAddress? address)
    {
        var name = scheme == ObjectScheme.S3 ? "s3" : "az";
        var parts = text[(name.Length + 3)..].Split('/', 2);
        if (parts is not [{ Length: > 0 } container, { Length: > 0 } key])
            return $"It should look like {(scheme == ObjectScheme.S3 ? "s3://bucket/key" : "az://container/blob")}.";
        if (key.EndsWith('/')) return "It names a folder; name one object.";
        // In a request's path these would lead to another object, or to another bucket.
        if (key.Split('/').Any(part => part is "." or "..")) return "Its key has a part '.' or '..', which cannot be asked for.";
        if (!container.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_') || !Uri.TryCreate($"{name}://{container}/{key}", UriKind.Absolute, out var uri))
            return $"'{container}' is no name of a {(scheme == ObjectScheme.S3 ? "bucket" : "container")}.";
        address = new ObjectAddress(scheme, container, key, uri);
        return null;
    }

    private static string? ReadWeb(ObjectScheme scheme, string text, ref ObjectAddress? address)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0) return "It is no web address.";
        if (uri.UserInfo.Length > 0) return "It holds a user or a password, which would stand in the database; give an address without, such as a signed one.";
        // What is checked here must be what the server sees, whichever way it unescapes.
        if (Uri.UnescapeDataString(uri.AbsolutePath).Split('/', '\\').Any(part => part is "..")) return "Its path leads upwards by '..'.";
        address = new ObjectAddress(scheme, uri.Authority, uri.AbsolutePath, new Uri(uri.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped)));
        return null;
    }
}
