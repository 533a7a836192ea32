namespace BatchInfer.Corpus;

/// <summary>Why an object cannot be read.</summary>
public enum ObjectFault
{
    /// <summary>The store cannot be reached or is overloaded: it may pass.</summary>
    Unavailable,

    /// <summary>The operator's settings do not let it be read.</summary>
    NotAllowed,

    /// <summary>This process has no credentials, region or account for the store.</summary>
    NotSetUp,

    /// <summary>There is no such object.</summary>
    Missing,

    /// <summary>The store refuses these credentials.</summary>
    Forbidden,

    /// <summary>The server does not answer with parts of a file.</summary>
    NoRanges,

    /// <summary>It is not what it was when the job was planned.</summary>
    Changed,

    /// <summary>The server answered something else that another try will not mend.</summary>
    Refused,
}
