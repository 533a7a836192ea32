namespace BatchInfer.Inference;

/// <summary>
/// One input on its way: it takes the logits of its rows of a batch, and says which rows go on and with which token. One row at
/// first, then as many as there are candidates or beams.
/// </summary>
internal abstract class Decoding(in WaitingInput input, int promptTokens)
{
    public GenerationRequest Request { get; } = input.Request;

    /// <summary>Tokens that are kept free for it.</summary>
    public long Reserved { get; } = input.Reserved;

    /// <summary>Rows it has in its batch; 0 when it is done.</summary>
    public int Rows { get; protected set; } = 1;

    /// <summary>New tokens in all its texts, those given up included.</summary>
    public int NewTokens { get; protected set; }

    /// <summary>Tokens that the decoder saw before the first new one.</summary>
    protected int PromptTokens => promptTokens;

    /// <summary>Why there is no text where a row's logits are no numbers.</summary>
    protected const string NoNumbers = "The model gave NaN or infinity for this input.";

    /// <summary>Why there is no text where none of the tokens may come next.</summary>
    protected const string NoToken =
        "The rules leave no token to go on with: suppress_tokens, begin_suppress_tokens, bad_words_ids, no_repeat_ngram_size and the least lengths forbid all of them together. Loosen one.";

    protected int MaxNewTokens { get; } = input.MaxNewTokens;

    protected GenerationSettings Settings => Request.Call.Settings;

    /// <summary>Starts the decoding that the call's parameters ask for.</summary>
    /// <param name="input">The input.</param>
    /// <param name="history">Tokens that the decoder sees first.</param>
    public static Decoding Start(in WaitingInput input, ReadOnlySpan<int> history) => input.Request.Call.Settings.NumBeams > 1
        ? new BeamDecoding(input, history)
        : new SampledDecoding(input, history);

    /// <summary>Takes one step.</summary>
    /// <param name="logits">Logits of its rows' last tokens.</param>
    /// <param name="next">Takes the rows that go on: the row of this step whose cache each continues, and its token.</param>
    /// <param name="scratch">Buffers of the thread.</param>
    /// <returns>Null, or why there can be no text, as a sentence for the user.</returns>
    public abstract string? Advance(in RowLogits logits, List<NextRow> next, DecodingScratch scratch);

    /// <summary>All tokens of a row, the prompt's included.</summary>
    public abstract ReadOnlySpan<int> HistoryOf(int row);

    /// <summary>The texts, the best first; when no rows are left.</summary>
    public abstract IReadOnlyList<GeneratedSequence> Texts { get; }

    /// <summary>Why a text ends with its last token, or null where it goes on.</summary>
    protected FinishReason? EndOf(TokenHistory history)
    {
        // First, since the last token that may come can complete one, as can a closing token that is text.
        if (Request.Call.StopStrings?.IsReached(history, promptTokens) == true) return FinishReason.StopString;
        if (Settings.EosTokens.AsSpan().Contains(history.Tokens[^1])) return FinishReason.Stop;
        return history.Tokens.Length - promptTokens >= MaxNewTokens ? FinishReason.Length : null;
    }
}

/// <summary>A row of the next step.</summary>
/// <param name="Parent">Row of this step, counted within the decoding's own.</param>
/// <param name="Token">Token that it goes on with.</param>
internal readonly record struct NextRow(int Parent, int Token);
