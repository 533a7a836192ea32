using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>Checks how a job makes its prompts: by itself, and against the first records of its corpus.</summary>
internal static class PromptCheck
{
    // The template may well fail for one record; for each of the first ones it is the template that is wrong.
    private const int Records = 16;
    private const int MaxTemplate = 65_536, MaxExamples = 1000, MaxSize = 1 << 20;

    /// <summary>What is wrong with the prompt by itself, or null.</summary>
    public static ProblemHttpResult? Shape(PromptSpec prompt, string task, bool hasPair)
    {
        if (!TaskCatalog.TakesPrompt(task))
            return Problems.Invalid("prompt", $"{task} takes no prompt; {TaskNames.TextGeneration}, {TaskNames.Text2TextGeneration} and {TaskNames.TextScoring} do.");
        if (hasPair) return Problems.Invalid("text_pair_field", "A job with a prompt takes no pairs: put both fields into the template.");
        if (prompt.Template is null && string.IsNullOrEmpty(prompt.System) && prompt.Examples is null or [] && !prompt.Chat)
            return Problems.Invalid("prompt", "Give at least one of template, system, examples and chat, or leave the prompt out.");
        if (prompt.Template is { Length: 0 or > MaxTemplate }) return Problems.Invalid("prompt.template", $"Must have 1 to {MaxTemplate} characters.");
        if (prompt.Examples is { Count: > MaxExamples }) return Problems.Invalid("prompt.examples", $"At most {MaxExamples} examples.");
        if (prompt.FixedCharacters > MaxSize) return Problems.Invalid("prompt", $"The system text and the examples have {prompt.FixedCharacters} characters together; at most {MaxSize} are taken.");
        return (prompt.Examples ?? []).Any(e => e?.Input is null || e.Output is null)
            ? Problems.Invalid("prompt.examples", "Each example has an input and an output.")
            : null;
    }

    /// <summary>What is wrong with the prompt for this corpus, or the first prompts that come of it; of a chat its turns, which the model's template puts together where a worker has it.</summary>
    public static async Task<(ProblemHttpResult? Problem, IReadOnlyList<SampledInput> Prompts)> AgainstAsync(
        PromptSpec prompt, RecordSchema schema, CorpusStart start, Stream corpus, CancellationToken ct)
    {
        PromptRenderer renderer;
        try
        {
            renderer = new PromptRenderer(prompt, schema.TextField);
        }
        catch (PromptFormatException e)
        {
            return (Problems.Invalid($"prompt.{e.Part}", e.Message), []);
        }

        corpus.Seek(start.Data.Offset, SeekOrigin.Begin);
        RecordError? first = null;
        var prompts = new List<SampledInput>(Records);
        bool made = false;
        int read = 0, characters = 0;
        await foreach (var record in CorpusReader.ReadAsync(corpus, schema, 0, start.Data.Line, ct))
        {
            if (record.Error is not null) continue;
            var rendered = renderer.Render(record);
            if (rendered.Error is { } error) first ??= error;
            else
            {
                made = true;
                if ((characters += rendered.Text!.Length) <= MaxSize) prompts.Add(prompt.Chat ? new SampledInput("", Messages: rendered.Messages) : new SampledInput(rendered.Text));
            }

            if (++read == Records) break;
        }

        if (!made && first is not null)
            return (Problems.Invalid("prompt.template", $"No prompt comes of the first records. Line {first.Line}: {first.Message}"), []);
        return (null, prompts);
    }

    /// <summary>What is wrong with prompts that are all too long for the model, or null. Where one of them fits, the others are error rows.</summary>
    /// <param name="tokens">Tokens of each.</param>
    /// <param name="contextLength">Tokens that the model takes.</param>
    /// <param name="task">The job's task: one that goes on with the prompt needs room for an answer.</param>
    public static ProblemHttpResult? Length(IReadOnlyList<int> tokens, int contextLength, string task)
    {
        int most = task == TaskNames.TextGeneration ? contextLength - 1 : contextLength;
        if (tokens.Count == 0 || tokens.Min() <= most) return null;
        string counts = tokens.Min() == tokens.Max() ? $"{tokens.Min()}" : $"{tokens.Min()} to {tokens.Max()}";
        return Problems.Invalid("prompt", $"The prompts of the first {tokens.Count} records have {counts} tokens; the model takes {contextLength}"
            + $"{(most < contextLength ? ", its answer included" : "")}. Shorten the template, the system text or the examples, or set truncation to true.");
    }
}
