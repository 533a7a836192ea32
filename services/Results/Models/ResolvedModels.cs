using System.Collections.Concurrent;

namespace BatchInfer.Results.Models;

/// <summary>Remembers for a second what names mean, so that a lookup costs one question to the database and not two.</summary>
internal sealed class ResolvedModels(ModelResolver resolver, TimeProvider time)
{
    /// <summary>How long a name may still be understood as it was before it was given to another revision.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    // Names and parameters are the callers'; who asks for ever new ones begins with an empty memory again.
    private const int MostRemembered = 1000;
    private readonly ConcurrentDictionary<(string, string?, string?), (long At, ResolvedModel Model)> _known = new();

    /// <param name="model">Name.</param>
    /// <param name="task">Task, or null for the model's own.</param>
    /// <param name="parameters">JSON object, or null.</param>
    /// <param name="ct">Cancels.</param>
    public async ValueTask<ResolvedModel> ResolveAsync(string? model, string? task, string? parameters, CancellationToken ct)
    {
        if (model is not null && _known.TryGetValue((model, task, parameters), out var known) && time.GetElapsedTime(known.At) < Remembered) return known.Model;
        if (!ModelResolver.TryReadParameters(parameters, out var given)) return ModelResolver.NoObject;
        long asked = time.GetTimestamp();
        var resolved = await resolver.ResolveAsync(model, task, given, ct);
        if (!resolved.IsResolved) return resolved;
        if (_known.Count >= MostRemembered) _known.Clear();
        _known[(model!, task, parameters)] = (asked, resolved);
        return resolved;
    }
}
