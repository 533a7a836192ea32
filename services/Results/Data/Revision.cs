namespace BatchInfer.Results.Data;

/// <summary>A model revision that has predictions: a small number in their place of its 64 hex digits.</summary>
internal sealed class Revision
{
    public int Id { get; set; }

    public required string Digest { get; set; }

    /// <summary>Name under which it first predicted.</summary>
    public required string Model { get; set; }
}
