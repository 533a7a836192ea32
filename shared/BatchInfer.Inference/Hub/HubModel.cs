namespace BatchInfer.Inference;

/// <summary>A model's repository on a hub at one commit.</summary>
/// <param name="Id">E.g. <c>org/name</c>.</param>
/// <param name="Commit">Commit that the revision asked for stands for.</param>
/// <param name="Files">Its files.</param>
public sealed record HubModel(string Id, string Commit, IReadOnlyList<HubFile> Files);
