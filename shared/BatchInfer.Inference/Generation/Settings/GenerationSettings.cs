namespace BatchInfer.Inference;

/// <summary>How a call's texts are written: its parameters over the model's defaults. Names follow generation_config.json.</summary>
internal sealed record GenerationSettings
{
    /// <summary>New tokens at most; null leaves it to <see cref="MaxLength"/>.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>Tokens at most, those of the prompt (of an encoder–decoder: the start token) included.</summary>
    public int? MaxLength { get; init; }

    public int MinNewTokens { get; init; }

    public int MinLength { get; init; }

    /// <summary>Tokens that end a text.</summary>
    public int[] EosTokens { get; init; } = [];

    /// <summary>Texts that end a text; they are no part of it.</summary>
    public string[] StopStrings { get; init; } = [];

    /// <summary>First token of an encoder–decoder.</summary>
    public int DecoderStartToken { get; init; }

    /// <summary>Token that must come first, after the start token.</summary>
    public int? ForcedBosToken { get; init; }

    /// <summary>Tokens one of which must come last when the text reaches its greatest length.</summary>
    public int[] ForcedEosTokens { get; init; } = [];

    public int[] SuppressTokens { get; init; } = [];

    /// <summary>Tokens that may not come first.</summary>
    public int[] BeginSuppressTokens { get; init; } = [];

    /// <summary>Runs of tokens that may not be written.</summary>
    public int[][] BadWords { get; init; } = [];

    public double RepetitionPenalty { get; init; } = 1;

    public int NoRepeatNgramSize { get; init; }

    public bool DoSample { get; init; }

    public double Temperature { get; init; } = 1;

    /// <summary>Choose among so many of the likeliest tokens; 0 among all.</summary>
    public int TopK { get; init; } = 50;

    /// <summary>Choose among the likeliest tokens that together have this probability.</summary>
    public double TopP { get; init; } = 1;

    public long Seed { get; init; }

    /// <summary>Texts given for an input.</summary>
    public int NumReturnSequences { get; init; } = 1;

    public int NumBeams { get; init; } = 1;

    public double LengthPenalty { get; init; } = 1;

    public EarlyStopping EarlyStopping { get; init; }

    /// <summary>Whether a prompt that is too long is cut rather than refused.</summary>
    public bool Truncation { get; init; }

    /// <summary>Whether the tokenizer puts its special tokens around a text.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Whether the tokens' log-probabilities are part of the output.</summary>
    public bool ReturnLogprobs { get; init; }

    /// <summary>New tokens at most after a prompt, within the model's context.</summary>
    /// <param name="promptTokens">Tokens of the prompt; of an encoder–decoder, 1 for the start token.</param>
    /// <param name="contextLength">Tokens that the decoder can see.</param>
    public int NewTokensAfter(int promptTokens, int contextLength)
    {
        int wanted = MaxNewTokens ?? (MaxLength is { } length ? Math.Max(0, length - promptTokens) : int.MaxValue);
        return Math.Min(wanted, contextLength - promptTokens);
    }

    /// <summary>Tokens that a text may have to be scored.</summary>
    /// <param name="contextLength">Tokens that the model takes.</param>
    public int LongestScored(int contextLength) => Math.Min(MaxLength ?? contextLength, contextLength);

    /// <summary>How long a prompt may be that the model goes on with, and what one that is longer is cut to.</summary>
    /// <param name="contextLength">Tokens that the decoder can see.</param>
    /// <returns>
    /// The longest that leaves room for one token; and what leaves room for as many as are asked for, but is never less than half of
    /// what prompt and answer may have together.
    /// </returns>
    public (int Longest, int Cut) PromptLimits(int contextLength)
    {
        int together = MaxNewTokens is null ? Math.Min(MaxLength ?? contextLength, contextLength) : contextLength;
        int answer = Math.Min(MaxNewTokens ?? together, together / 2);
        return (together - 1, Math.Max(1, together - answer));
    }
}

/// <summary>When a beam search ends.</summary>
internal enum EarlyStopping
{
    /// <summary>When no running beam is likely to beat the worst finished one, judged at its present length.</summary>
    Heuristic,

    /// <summary>As soon as there are as many finished beams as asked for.</summary>
    FirstFinished,

    /// <summary>When no running beam can beat the worst finished one, at whatever length.</summary>
    Never,
}
