namespace BatchInfer.Contracts;

/// <summary>
/// Event, coordinator → results: which revisions names stand for. Sent when a name is given to another revision, and again from time
/// to time with all names, so that a lost one does no harm.
/// </summary>
/// <param name="Models">The promoted revisions.</param>
public sealed record ModelsPromoted(IReadOnlyList<PromotedModel> Models);

/// <summary>A revision that its name stands for.</summary>
/// <param name="Model">The model, with its name and revision.</param>
/// <param name="Version">Grows with each promotion of the name; what is older than what is known says nothing.</param>
public sealed record PromotedModel(ModelDescriptor Model, long Version);
