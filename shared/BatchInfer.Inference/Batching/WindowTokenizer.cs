using System.Threading.Channels;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Tokenises the inputs of a call window by window, ahead of the runs.</summary>
internal sealed class WindowTokenizer(TextTokenizer tokenizer, int maxBatchTokens)
{
    // Wide enough that sorting leaves hardly any padding, small enough for a few megabytes.
    private const int MaxRows = 4096, MaxTokens = 1 << 19;

    // Longer texts take seconds to tokenise only to be cut to a few hundred tokens.
    internal const int MaxCharacters = 1 << 22;

    public async Task ProduceAsync(IReadOnlyList<TextInput> inputs, int maxLength, ChannelWriter<TokenizedWindow> windows, CancellationToken cancellationToken)
    {
        try
        {
            using var encoder = tokenizer.CreateEncoder();
            var options = new EncodeOptions(maxLength);
            for (int next = 0; next < inputs.Count;)
            {
                var window = new TokenizedWindow();
                try
                {
                    next = Fill(window, inputs, next, encoder, options, cancellationToken);
                    window.Plan(maxBatchTokens);
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

    private static int Fill(
        TokenizedWindow window, IReadOnlyList<TextInput> inputs, int next, TextEncoder encoder, EncodeOptions options, CancellationToken cancellationToken)
    {
        for (int rows = 0; next < inputs.Count && rows < MaxRows && window.TokenCount < MaxTokens; rows++, next++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var input = inputs[next];
            long characters = (long)input.Text.Length + (input.TextPair?.Length ?? 0);
            if (characters > MaxCharacters)
                window.Failed.Add(RowOutput.Failed(next, 0, ErrorCodes.TooLong, $"The text has {characters} characters; at most {MaxCharacters} are taken. Cut it into parts."));
            else
                window.Add(next, input, encoder, options);
        }

        return next;
    }
}
