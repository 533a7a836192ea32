using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>What the log says of a job's life. Each line has the job's id and none of its texts.</summary>
internal sealed partial class JobLog(ILogger<JobLog> logger)
{
    /// <summary>It was accepted.</summary>
    public void Submitted(Job job)
    {
        if (job.RetryOf is { } earlier) LogRetried(job.Id, earlier, job.Model, job.Revision, job.FileId);
        else LogSubmitted(job.Id, job.Model, job.Revision, job.Task, job.FileId);
    }

    /// <summary>It ended, in whatever way.</summary>
    public void Ended(JobEnding ending)
    {
        var job = ending.Job;
        switch (ending.Status)
        {
            case JobStatus.Completed: LogCompleted(job.Id, job.Computed + job.Cached + job.Failed, job.Shards, job.Cached, job.Failed); break;
            case JobStatus.Cancelled: LogCancelled(job.Id, job.ShardsPersisted, job.Shards); break;
            case JobStatus.Expired: LogExpired(job.Id, ending.Reason, job.ShardsPersisted, job.Shards); break;
            default: LogFailed(job.Id, ending.Reason); break;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Submitted {JobId}: model {Model}, revision {Revision}, task {Task}, corpus {File}")]
    private partial void LogSubmitted(Guid jobId, string model, string revision, string task, string file);

    [LoggerMessage(Level = LogLevel.Information, Message = "Submitted {JobId}: the failed records of {RetryOf} again, model {Model}, revision {Revision}, corpus {File}")]
    private partial void LogRetried(Guid jobId, Guid retryOf, string model, string revision, string file);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} is paused")]
    public partial void Paused(Guid jobId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} goes on")]
    public partial void Resumed(Guid jobId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} is to be cancelled: what workers hold of it is waited for a while")]
    public partial void Cancelling(Guid jobId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} is deleted, as was asked; its records go soon")]
    public partial void Deleted(Guid jobId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Completed {JobId}: {Records} records in {Shards} shards, {Cached} were stored before, {Failed} failed")]
    private partial void LogCompleted(Guid jobId, long records, int shards, long cached, long failed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Cancelled {JobId}: {Stored} of {Shards} shards are stored")]
    private partial void LogCancelled(Guid jobId, int stored, int shards);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} expired: {Reason} {Stored} of {Shards} shards are stored")]
    private partial void LogExpired(Guid jobId, string? reason, int stored, int shards);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId} failed: {Reason}")]
    private partial void LogFailed(Guid jobId, string? reason);
}
