using System.Diagnostics;
using System.Threading.Channels;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Tokenises the inputs of a call window by window, ahead of the runs.</summary>
internal sealed class WindowTokenizer(TextTokenizer tokenizer, IEncoderTask task, int maxBatchTokens, CallTrace? trace = null)
{
    // Wide enough that sorting leaves hardly any padding, small enough for a few megabytes.
    private const int MaxRows = 4096, MaxTokens = 1 << 19;

    // Longer texts take seconds to tokenise only to be cut to a few hundred tokens.
    internal const int MaxCharacters = 1 << 22;

    // All rows of an input stand in one window: a bound to what one record can cost.
    internal const int MaxInputTokens = 1 << 23;

    public async Task ProduceAsync(IReadOnlyList<TextInput> inputs, ChannelWriter<TokenizedWindow> windows, CancellationToken cancellationToken)
    {
        try
        {
            using var encoder = tokenizer.CreateEncoder();
            for (int next = 0; next < inputs.Count;)
            {
                var window = new TokenizedWindow(task.Rows.Details);
                try
                {
                    long started = Stopwatch.GetTimestamp();
                    using (var span = trace?.Start("tokenize"))
                    {
                        for (; next < inputs.Count && window.RowCount + window.Failed.Count < MaxRows && window.TokenCount < MaxTokens; next++)
                        {
                            cancellationToken.ThrowIfCancellationRequested();
                            if (Add(window, next, inputs[next], encoder) is { } failed) window.DropInput(failed);
                        }

                        window.Plan(maxBatchTokens);
                        trace?.Tokenized(span, started, window.RowCount, window.TokenCount);
                    }

                    await windows.WriteAsync(window, cancellationToken).ConfigureAwait(false);
                }
                catch
                {
                    window.Dispose();
                    throw;
                }
            }

            windows.Complete();
        }
        catch (Exception e)
        {
            windows.Complete(e);
            throw;
        }
    }

    /// <returns>Why the input has no rows, or null.</returns>
    private RowOutput? Add(TokenizedWindow window, int index, in TextInput input, TextEncoder encoder)
    {
        long characters = (long)input.Text.Length + (input.TextPair?.Length ?? 0);
        if (characters > MaxCharacters)
            return RowOutput.Failed(index, 0, ErrorCodes.TooLong, $"The text has {characters} characters; at most {MaxCharacters} are taken. Cut it into parts.");
        if (task.Rows.NeedsPair && input.TextPair is null)
            return RowOutput.Failed(index, 0, ErrorCodes.MissingField, "The record has one text; the task needs a pair. Name the field of the second text.");
        int before = window.TokenCount, cut = 0;
        for (int number = 0; number < task.TextsPerInput; number++)
        {
            var text = task.TextOf(input, number);
            var result = window.AddText(text, task.Rows, encoder, MaxInputTokens - (window.TokenCount - before));
            if (result.IsTooMany) return TooManyTokens(index);
            if (!result.Fits) return RowOutput.Failed(index, 0, ErrorCodes.TooLong, Misfit(text));
            if (result.Rows == 0) return RowOutput.Failed(index, 0, ErrorCodes.EmptyText, "The text has no tokens. Give it some text.");
            int tokens = window.TokenCount - before;
            if (task.Rows.LongInput == LongInput.Fail && result.TokensCut > 0)
                return RowOutput.Failed(index, 0, ErrorCodes.TooLong, $"The input has {task.Rows.Encoding.MaxLength + result.TokensCut} tokens; at most {task.Rows.Encoding.MaxLength} are taken (long_input is fail).");
            if (tokens > MaxInputTokens) return TooManyTokens(index);
            cut = task.TextsShareInput ? Math.Max(cut, result.TokensCut) : cut + result.TokensCut;
        }

        window.EndInput(index, cut);
        return null;
    }

    private static RowOutput TooManyTokens(int index) =>
        RowOutput.Failed(index, 0, ErrorCodes.TooLong, $"The input makes more than {MaxInputTokens} tokens to run. Cut it into parts.");

    private string Misfit(in TextInput text) => text.TextPair is null
        ? $"The text cannot be cut to {task.Rows.Encoding.MaxLength} tokens: max_length leaves it no room."
        : $"The {(task.Rows.Encoding.Strategy == TruncationStrategy.OnlyFirst ? "second" : "first")} text of the pair leaves the other no room within {task.Rows.Encoding.MaxLength} tokens.";
}
