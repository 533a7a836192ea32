namespace BatchInfer.Dashboard.SubmitJob;

/// <summary>Where a job's texts come from.</summary>
internal enum CorpusSource
{
    /// <summary>An uploaded file.</summary>
    File,

    /// <summary>An object that the server reads where it lies.</summary>
    Address,

    /// <summary>Lines typed into the page.</summary>
    Pasted,
}
