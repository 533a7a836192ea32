using System.Diagnostics.CodeAnalysis;
using BatchInfer.Contracts;

namespace BatchInfer.Results.Models;

/// <summary>A key factory, or the field that is wrong and why.</summary>
internal sealed record ResolvedModel(PredictionKeyFactory? Keys, string? Field, string? Problem)
{
    [MemberNotNullWhen(true, nameof(Keys))]
    [MemberNotNullWhen(false, nameof(Field), nameof(Problem))]
    public bool IsResolved => Keys is not null;

    public static ResolvedModel Wrong(string field, string problem) => new(null, field, problem);
}
