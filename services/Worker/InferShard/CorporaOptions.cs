namespace BatchInfer.Worker;

/// <summary>Where a worker may read corpora, section <c>Corpora</c>.</summary>
internal sealed class CorporaOptions
{
    public const string Section = "Corpora";

    /// <summary>Folders below which <c>file:</c> addresses are read. Empty reads by HTTP only.</summary>
    public List<string> Roots { get; } = [];
}
