namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>How many processes of each kind, and how workers read corpora.</summary>
/// <param name="Coordinators">Coordinators; one leads.</param>
/// <param name="Results">Results services, which share a queue.</param>
/// <param name="Workers">Workers on this machine.</param>
/// <param name="IsolatedWorkers">Workers in a network namespace of their own each, which can be cut off.</param>
/// <param name="CorporaByHttp">Workers read corpora from the coordinator by HTTP.</param>
/// <param name="SmallDatabaseDisk">PostgreSQL has a file system of its own, which can be filled.</param>
internal sealed record ChaosConfiguration(int Coordinators, int Results, int Workers, int IsolatedWorkers, bool CorporaByHttp, bool SmallDatabaseDisk = false)
{
    public override string ToString() =>
        $"{Coordinators} coordinators, {Results} results, {Workers}+{IsolatedWorkers} workers{(CorporaByHttp ? ", corpora by HTTP" : "")}{(SmallDatabaseDisk ? ", a small disk for PostgreSQL" : "")}";
}
