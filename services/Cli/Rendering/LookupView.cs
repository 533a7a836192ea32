using BatchInfer.Contracts;

namespace BatchInfer.Cli.Rendering;

/// <summary>Looked-up predictions: what was asked, the answer, and which revision gave it, when and for which job.</summary>
internal sealed class LookupView
{
    private readonly (string Name, Func<LookupResult, string?> Cell)[] _columns;

    private LookupView(params (string Name, Func<LookupResult, string?> Cell)[] asked) => _columns =
    [
        ("found", r => r.Found ? "yes" : "no"), .. asked, ("output", r => OutputText.Of(r.Output)), ("model", ModelOf), ("stored", r => Numbers.Time(r.CreatedAt)), ("job", r => r.JobId?.ToString()),
    ];

    public static LookupView ByText() => new(("input", TextOf));

    public static LookupView ByKey() => new(("key", r => r.Key?.ToString()), ("input", TextOf));

    public static LookupView ById() => new(("id", r => r.CustomId), ("input", TextOf));

    /// <summary>Of one text, which need not be said again.</summary>
    public static LookupView OfHistory() => new();

    /// <summary>Writes all of them.</summary>
    /// <returns>Whether every one was found.</returns>
    public async Task<bool> WriteAsync(CliEnvironment env, IAsyncEnumerable<LookupResult> results, bool json, CancellationToken ct)
    {
        var table = new TableView([.. _columns.Select(c => c.Name)]);
        bool found = true;
        await foreach (var result in results.WithCancellation(ct))
        {
            found &= result.Found;
            if (json) env.WriteJson(result);
            else table.Add([.. _columns.Select(c => c.Cell(result))]);
        }

        if (!json) table.Write(env);
        return found;
    }

    private static string TextOf(LookupResult result) => result.InputPair is { } pair ? $"{result.Input} | {pair}" : result.Input ?? "";

    // Asked for as NAME@REVISION it has that already.
    private static string? ModelOf(LookupResult result) => (result.Model, result.Revision) switch
    {
        (null, _) => null,
        ({ } model, null) => model,
        ({ } model, { } revision) => $"{ModelReference.Parse(model).Name}@{ModelReference.Abbreviate(revision)}",
    };
}
