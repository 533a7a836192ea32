namespace BatchInfer.Contracts;

/// <summary>What kind of value a parameter takes: how a command line reads it.</summary>
public enum ParameterKind
{
    /// <summary>A whole number.</summary>
    WholeNumber,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A text, or one of a few words.</summary>
    Text,

    /// <summary>A list of texts; a text with commas is taken as one.</summary>
    TextList,

    /// <summary>Texts of which every character counts: one as it is, or a list of them.</summary>
    ExactTexts,
}
