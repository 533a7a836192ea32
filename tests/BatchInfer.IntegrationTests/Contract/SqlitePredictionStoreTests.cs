using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Sqlite;
using BatchInfer.ServiceDefaults;
using Microsoft.Data.Sqlite;

namespace BatchInfer.IntegrationTests.Contract;

public sealed class SqlitePredictionStoreTests : PredictionStoreContract
{
    [Fact]
    public async Task Whoever_waits_to_write_while_it_is_disposed_is_told_so_and_does_not_wait_forever()
    {
        var shard = new ShardId(Guid.NewGuid(), 0);
        Task writing, next, disposing, waiting;
        await using (var other = new SqliteConnection(Options.SqliteConnectionString("results")))
        {
            await other.OpenAsync(Ct);
            // Holds up the first writer, so that those behind it come in this order.
            using var held = other.BeginTransaction(deferred: false);
            writing = Task.Run(() => Store.WriteAsync([Chunks.Computed(shard, 2, 0, 1)], Ct), Ct);
            do
            {
                // Nothing to write: it ends at once until the writer is in its turn.
                next = Store.SaveModelsAsync([], DateTimeOffset.UnixEpoch, Ct);
            }
            while (next.IsCompleted);
            disposing = ((IAsyncDisposable)Store).DisposeAsync().AsTask();
            waiting = Store.WriteAsync([Chunks.Computed(shard, 2, 1, 2)], Ct);
            held.Rollback();
        }

        await Task.WhenAll(writing, next, disposing);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    private protected override Task<DatabaseOptions> CreateDatabaseAsync() => Task.FromResult(new DatabaseOptions
    {
        Provider = DatabaseProvider.Sqlite,
        Folder = Directory.CreateTempSubdirectory("batchinfer-results-").FullName,
    });

    private protected override Task DropDatabaseAsync(DatabaseOptions options)
    {
        using (var connection = new SqliteConnection(options.SqliteConnectionString("results"))) SqliteConnection.ClearPool(connection);
        Directory.Delete(options.Folder!, recursive: true);
        return Task.CompletedTask;
    }

    private protected override IPredictionStore Open(DatabaseOptions options, long rowsCounted) =>
        new SqlitePredictionStore(options.SqliteConnectionString("results"), TimeProvider.System) { RowsCounted = rowsCounted };
}
