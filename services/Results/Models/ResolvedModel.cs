using System.Diagnostics.CodeAnalysis;
using BatchInfer.Contracts;
using BatchInfer.Results.LookUpPredictions;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Results.Models;

/// <summary>A key factory and what it was made for, or the field that is wrong and why.</summary>
internal sealed record ResolvedModel(PredictionKeyFactory? Keys, AskedModel? Asked, string? Field, string? Problem)
{
    [MemberNotNullWhen(true, nameof(Keys), nameof(Asked))]
    [MemberNotNullWhen(false, nameof(Field), nameof(Problem))]
    public bool IsResolved => Keys is not null;

    public static ResolvedModel Wrong(string field, string problem) => new(null, null, field, problem);

    /// <summary>The problem to answer with, where it is not resolved.</summary>
    public ProblemHttpResult ToProblem() => Problems.Invalid(Field!, Problem!);
}
