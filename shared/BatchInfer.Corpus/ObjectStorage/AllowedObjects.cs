namespace BatchInfer.Corpus;

/// <summary>The addresses that the operator lets be read.</summary>
internal sealed class AllowedObjects
{
    private const string Any = "*";
    private readonly List<Rule> _rules = [];

    public AllowedObjects(ObjectStorageOptions options)
    {
        foreach (var text in options.Allow)
            if (Read(text) is { } rule && (rule.Scheme != ObjectScheme.Http || options.AllowPlainHttp)) _rules.Add(rule);
    }

    /// <summary>What is wrong with a setting, or null.</summary>
    public static string? Problem(string text, bool plainHttp) =>
        Read(text) is not { } rule
            ? $"{ObjectStorageOptions.Section}:Allow '{text}' is no beginning of an address. It should look like s3://bucket/, az://container/folder/ or https://host/."
            : rule.Scheme == ObjectScheme.Http && !plainHttp
                ? $"{ObjectStorageOptions.Section}:Allow '{text}' is plain http, which anyone on the way can read and change. Use https, or set {ObjectStorageOptions.Section}:AllowPlainHttp=true."
                : null;

    /// <exception cref="ObjectStorageException">It may not be read.</exception>
    public void Check(ObjectAddress address)
    {
        if (!_rules.Exists(rule => rule.Allows(address)))
            throw new ObjectStorageException(ObjectFault.NotAllowed,
                $"{address.Shown} may not be read: the operator has not allowed it. Settings of coordinator and workers say what may be, "
                + $"e.g. {ObjectStorageOptions.Section}__Allow__0={Example(address)}");
    }

    private static string Example(ObjectAddress address) => address.Shown[..(address.Shown.IndexOf("://", StringComparison.Ordinal) + 3)] + address.Container + "/";

    private static Rule? Read(string text)
    {
        // An example key makes an address of a beginning, and shows what of it is the key.
        const string Key = "k";
        if (!ObjectAddress.IsOne(text)) return null;
        var slashed = text.IndexOf('/', text.IndexOf("://", StringComparison.Ordinal) + 3) >= 0 ? text : text + "/";
        var whole = !slashed.EndsWith('/');
        var at = slashed.IndexOf("://*/", StringComparison.Ordinal);
        var named = at < 0 ? slashed : string.Concat(slashed.AsSpan(0, at), "://any-name/", slashed.AsSpan(at + 5));
        if (!ObjectAddress.TryParse(whole ? named : named + Key, out var address, out _) || address.Uri.Query.Length > 0 && address.IsWeb) return null;
        return new Rule(address.Scheme, at < 0 ? address.Container : Any, whole ? address.Key : address.Key[..^Key.Length], whole);
    }

    private sealed record Rule(ObjectScheme Scheme, string Container, string Key, bool Whole)
    {
        public bool Allows(ObjectAddress address) =>
            address.Scheme == Scheme
            && (Container == Any || string.Equals(address.Container, Container, StringComparison.Ordinal))
            && (Whole ? string.Equals(address.Key, Key, StringComparison.Ordinal) : address.Key.StartsWith(Key, StringComparison.Ordinal));
    }
}
