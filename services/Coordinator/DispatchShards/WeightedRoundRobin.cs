namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>
/// Shares a row of slots among jobs in proportion to their weights, evenly spread (smooth weighted round robin): weights 3
/// and 1 give A A B A, not A A A B. What a job is owed is remembered from one call to the next.
/// </summary>
internal sealed class WeightedRoundRobin
{
    private readonly Dictionary<Guid, long> _credit = [];

    /// <summary>Deals <paramref name="slots"/> among jobs.</summary>
    /// <param name="jobs">Each job with its weight and how many slots it can use at most.</param>
    /// <param name="slots">Slots to deal.</param>
    /// <returns>Slots of each job that got any.</returns>
    public Dictionary<Guid, int> Deal(IReadOnlyList<(Guid Job, int Weight, int Wants)> jobs, int slots)
    {
        var dealt = new Dictionary<Guid, int>();
        foreach (var gone in _credit.Keys.Except(jobs.Select(j => j.Job)).ToList()) _credit.Remove(gone);
        for (; slots > 0; slots--)
        {
            Guid? best = null;
            long most = long.MinValue, weights = 0;
            foreach (var (job, weight, wants) in jobs)
            {
                if (dealt.GetValueOrDefault(job) >= wants) continue;
                weights += weight;
                long credit = _credit[job] = _credit.GetValueOrDefault(job) + weight;
                if (credit > most) (best, most) = (job, credit);
            }

            if (best is not { } next) break;
            _credit[next] -= weights;
            dealt[next] = dealt.GetValueOrDefault(next) + 1;
        }

        return dealt;
    }
}
