using System.Collections.Concurrent;
using BatchInfer.Contracts;
using Npgsql;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>The small numbers that rows hold in place of job ids and of model revisions with their parameters.</summary>
/// <remarks>
/// Rows of both tables are never changed, so what is cached stays true while the server keeps what it said it keeps; other replicas
/// add to them as well.
/// </remarks>
/// <param name="reads">Connections to read by.</param>
/// <param name="writes">
/// Connections whose commits outlive the server: a number that it forgot while rows were stored under it would be given to another job.
/// </param>
internal sealed class RowNumbers(NpgsqlDataSource reads, NpgsqlDataSource writes)
{
    // 100,000 jobs are some 20 MB; who looks at more starts anew.
    private const int CachedJobs = 100_000;

    // Outside of the writing transaction, so that a new number never waits for another's rows.
    private const string InsertJob = "INSERT INTO results.jobs (job_id, line_offset) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    private const string SelectJob = "SELECT number, job_id, line_offset FROM results.jobs WHERE job_id = $1";

    private const string SelectJobs = "SELECT number, job_id, line_offset FROM results.jobs WHERE number = ANY ($1)";

    private const string InsertPredictor =
        "INSERT INTO results.predictors (model, revision, task, parameters, digest) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

    private const string SelectPredictor = "SELECT id FROM results.predictors WHERE digest = $1";

    private const string SelectPredictors = "SELECT id, model, revision, task, parameters, digest FROM results.predictors";

    private readonly ConcurrentDictionary<Guid, NumberedJob> _jobs = new();
    private readonly ConcurrentDictionary<int, NumberedJob> _jobsByNumber = new();
    private readonly ConcurrentDictionary<(string, string, string), int> _predictors = new();
    private volatile Dictionary<int, Predictor> _predictorsById = [];

    /// <summary>
    /// Forgets what is cached, after the server was away: it may be another now, one that took over and never heard of the last numbers.
    /// </summary>
    public void Forget()
    {
        _jobs.Clear();
        _jobsByNumber.Clear();
        _predictors.Clear();
        _predictorsById = [];
    }

    /// <summary>A chunk with its numbers, given now where they were not yet.</summary>
    public async ValueTask<NumberedChunk> NumberAsync(PredictionsProduced chunk, CancellationToken ct) =>
        new(chunk, await JobAsync(chunk, ct), chunk.Predictions.Count == 0 ? 0 : await PredictorAsync(chunk, ct));

    private async ValueTask<NumberedJob> JobAsync(PredictionsProduced chunk, CancellationToken ct)
    {
        var id = chunk.Shard.JobId;
        if (await FindJobAsync(id, ct) is { } known) return known;
        await using (var insert = writes.CreateCommand(InsertJob))
        {
            insert.Parameters.Add(new() { Value = id });
            insert.Parameters.Add(new() { Value = (object?)NumberedJob.OffsetOf(chunk.Items) ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
            await insert.ExecuteNonQueryAsync(ct);
        }

        return (await FindJobAsync(id, ct))!;
    }

    /// <summary>A job by its id, or null where nothing of it was ever stored.</summary>
    public async ValueTask<NumberedJob?> FindJobAsync(Guid id, CancellationToken ct)
    {
        if (_jobs.TryGetValue(id, out var job)) return job;
        await using var select = reads.CreateCommand(SelectJob);
        select.Parameters.Add(new() { Value = id });
        await using var row = await select.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? Cache(row) : null;
    }

    /// <summary>Ids of the jobs of predictions, by number.</summary>
    public async ValueTask<Dictionary<int, Guid>> JobIdsAsync(List<PredictionRow> rows, CancellationToken ct)
    {
        var ids = new Dictionary<int, Guid>();
        var unknown = new HashSet<int>();
        foreach (var prediction in rows)
            if (!_jobsByNumber.TryGetValue(prediction.Job, out var job)) unknown.Add(prediction.Job);
            else ids[prediction.Job] = job.JobId;
        if (unknown.Count == 0) return ids;
        await using var select = reads.CreateCommand(SelectJobs);
        select.Parameters.Add(new() { Value = unknown.ToArray() });
        await using var row = await select.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            var job = Cache(row);
            ids[job.Number] = job.JobId;
        }

        return ids;
    }

    private async ValueTask<int> PredictorAsync(PredictionsProduced chunk, CancellationToken ct)
    {
        string parameters = chunk.Parameters ?? "";
        if (_predictors.TryGetValue((chunk.Revision, chunk.Task, parameters), out int known)) return known;
        var digest = Predictor.DigestOf(chunk.Revision, chunk.Task, parameters);
        await using (var insert = writes.CreateCommand(InsertPredictor))
        {
            foreach (object value in (object[])[chunk.Model, chunk.Revision, chunk.Task, parameters, digest]) insert.Parameters.Add(new() { Value = value });
            await insert.ExecuteNonQueryAsync(ct);
        }

        await using var select = reads.CreateCommand(SelectPredictor);
        select.Parameters.Add(new() { Value = digest });
        return _predictors[(chunk.Revision, chunk.Task, parameters)] = (int)(await select.ExecuteScalarAsync(ct))!;
    }

    /// <summary>What predicted, by number.</summary>
    public async ValueTask<Dictionary<int, Predictor>> PredictorsAsync(List<PredictionRow> rows, CancellationToken ct)
    {
        var known = _predictorsById;
        if (rows.TrueForAll(r => known.ContainsKey(r.Predictor))) return known;
        var all = new Dictionary<int, Predictor>();
        await using var select = reads.CreateCommand(SelectPredictors);
        await using var row = await select.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            all[row.GetInt32(0)] = new Predictor
            {
                Id = row.GetInt32(0), Model = row.GetString(1), Revision = row.GetString(2), Task = row.GetString(3), Parameters = row.GetString(4), Digest = row.GetGuid(5),
            };
        return _predictorsById = all;
    }

    private NumberedJob Cache(NpgsqlDataReader row)
    {
        var job = new NumberedJob { Number = row.GetInt32(0), JobId = row.GetGuid(1), LineOffset = row.IsDBNull(2) ? null : row.GetInt32(2) };
        if (_jobs.Count >= CachedJobs)
        {
            _jobs.Clear();
            _jobsByNumber.Clear();
        }

        _jobsByNumber[job.Number] = job;
        return _jobs[job.JobId] = job;
    }
}
