namespace BatchInfer.Inference;

/// <summary>
/// What a task gives the model to read and what it makes of the answer. An input is one row of tokens, or several where it is
/// long or is read together with several texts. Of each row a task keeps what it needs; when all rows of an input are there it
/// makes the output. One instance for each call, shared by all threads.
/// </summary>
internal interface IEncoderTask
{
    /// <summary>Outputs of the graph that it reads, all in one run.</summary>
    IReadOnlyList<OnnxTensorInfo> Outputs { get; }

    /// <summary>How texts become rows.</summary>
    RowOptions Rows { get; }

    /// <summary>Texts, or pairs, that an input is read as.</summary>
    int TextsPerInput => 1;

    /// <summary>Whether those are the input itself again and again, beside something else, rather than parts of it.</summary>
    bool TextsShareInput => false;

    /// <summary>One of the texts, from 0.</summary>
    TextInput TextOf(in TextInput input, int number) => input;

    /// <summary>How many values it keeps of a row.</summary>
    int KeptValues(in RowValues row);

    /// <summary>Keeps what the output needs of a row.</summary>
    /// <returns>False when the model's values are no numbers (NaN or infinite).</returns>
    bool TryKeep(in RowValues row, Span<float> kept);

    /// <summary>Makes the output of an input whose rows are all there.</summary>
    TaskOutput Finish(in InputRows rows);
}
