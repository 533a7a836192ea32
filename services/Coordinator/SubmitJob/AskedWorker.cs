using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.EstimateJob;
using BatchInfer.Coordinator.Models;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>Asks a worker what only those can say who have the model: nobody is waited for where none is there.</summary>
internal sealed class AskedWorker(CoordinatorDatabase database, LiveWorkers live, TokenCounts counts)
{
    /// <summary>Its answer; null where no worker serves the revision, or none answers.</summary>
    public async Task<TokensCounted?> AskAsync(CountTokens question, CancellationToken ct)
    {
        await using (var context = await database.OpenAsync(ct))
            if (!(await live.CountAsync(context, ct)).ContainsKey(question.Revision)) return null;
        return await counts.AskAsync(question, ct);
    }
}
