using System.Threading.Channels;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Counts the tokens that a task would run for some inputs, by the tokenizer alone: the model is not loaded.</summary>
public static class InputTokens
{
    /// <summary>Tokens of all inputs together: rows of an encoder's task as they would be run, prompts of a generator whole.</summary>
    /// <param name="package">The model.</param>
    /// <param name="task">One of its tasks.</param>
    /// <param name="parameters">Parameters of the task.</param>
    /// <param name="inputs">The inputs. One that would be an error row counts nothing.</param>
    /// <param name="cancellationToken">Ends the count.</param>
    /// <exception cref="ModelFormatException">The tokenizer cannot be used.</exception>
    /// <exception cref="RefusedParameterException">The model does not do this task, or a parameter is wrong.</exception>
    public static async Task<long> CountAsync(
        ModelPackage package, string task, InferenceParameters parameters, IReadOnlyList<TextInput> inputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(inputs);
        if (TaskCatalog.TakesPrompt(task))
            return CountPrompts(package, parameters, inputs, cancellationToken).Sum(tokens => (long)Math.Min(tokens, package.Descriptor.ContextLength));
        var tokenizer = TextTokenizer.Load(package.Directory);
        var windows = Channel.CreateBounded<TokenizedWindow>(1);
        var encoderTask = EncoderTaskFactory.Create(package, tokenizer, task, parameters);
        // Any budget: the batches that it plans are not run.
        var tokenizing = Task.Run(() => new WindowTokenizer(tokenizer, encoderTask, maxBatchTokens: 1 << 12).ProduceAsync(inputs, windows.Writer, cancellationToken), CancellationToken.None);
        long tokens = 0;
        await foreach (var window in windows.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            using (window) tokens += window.TokenCount;
        }

        await tokenizing.ConfigureAwait(false);
        return tokens;
    }

    /// <summary>Tokens of each prompt of a language model's task, as it stands: more than the model takes where it is too long.</summary>
    /// <param name="package">The model.</param>
    /// <param name="parameters">Parameters of the task.</param>
    /// <param name="prompts">The prompts. One with more characters than are read at all counts nothing.</param>
    /// <param name="cancellationToken">Ends the count.</param>
    /// <exception cref="ModelFormatException">The tokenizer cannot be used.</exception>
    public static IReadOnlyList<int> CountPrompts(
        ModelPackage package, InferenceParameters parameters, IReadOnlyList<TextInput> prompts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(prompts);
        using var counter = new TokenCounter(package);
        bool special = parameters.GetBool("add_special_tokens", true);
        int[] tokens = new int[prompts.Count];
        for (int i = 0; i < tokens.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (prompts[i].Text.Length <= WindowTokenizer.MaxCharacters) tokens[i] = counter.Count(prompts[i].Text, special);
        }

        return tokens;
    }
}
