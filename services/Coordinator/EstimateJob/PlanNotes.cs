using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>What a plan could not tell, and which records it leaves out, in sentences.</summary>
internal static class PlanNotes
{
    /// <summary>Why the first of the malformed records would be error rows.</summary>
    public static IEnumerable<string> OfRecords(long malformed, IReadOnlyList<RecordError> first)
    {
        if (first.Count == 0) yield break;
        string which = malformed == first.Count ? $"{malformed} malformed:" : $"{malformed} malformed, the first:";
        yield return $"{which} {string.Join(' ', first.Select(e => $"line {e.Line}: {e.Message}"))}";
    }

    public static IReadOnlyList<string> Of(Job job, long toCompute, bool keysAreKnown, bool tokensAreKnown, bool paceIsKnown, int workers)
    {
        var notes = new List<string>();
        if (!keysAreKnown)
            notes.Add("The prompts are made by the model's chat template, which only workers have: what is stored already is not subtracted, so to_compute is the most that it can be.");
        if (toCompute == 0) return notes;
        if (!paceIsKnown)
            notes.Add($"No time is estimated: '{job.Model}' (revision {ModelReference.Abbreviate(job.Revision)}) has computed nothing with this task yet. The first finished shard measures it; submit a small part of the corpus to learn more.");
        if (workers == 0) notes.Add($"No worker alive serves '{job.Model}': the job would wait for one.{(job.PromptSpec is null ? "" : " Whether its prompts fit the model is not checked before.")}");
        if (!tokensAreKnown) notes.Add("No worker answered that could tokenise a sample, and none has computed with this task before: the tokens are unknown.");
        else if (TaskCatalog.WritesText(job.Task)) notes.Add("The tokens are those of the prompts; what the model writes is in the time, which is estimated by records.");
        return notes;
    }
}
