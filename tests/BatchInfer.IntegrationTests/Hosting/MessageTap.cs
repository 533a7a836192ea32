using BatchInfer.Contracts;
using RabbitMQ.Client;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Listens in on a model's shards, their predictions and the news of their end, and can deliver any of it again.</summary>
internal sealed class MessageTap : IAsyncDisposable
{
    private const string ShardPersisted = "BatchInfer.Contracts:ShardPersisted";
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _queue;

    private MessageTap(IConnection connection, IChannel channel, string queue) => (_connection, _channel, _queue) = (connection, channel, queue);

    /// <summary>Listens from now on.</summary>
    public static async Task<MessageTap> OpenAsync(Uri broker, string revision, CancellationToken ct)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(ct);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), ct);
        string queue = (await channel.QueueDeclareAsync(cancellationToken: ct)).QueueName;
        foreach (string exchange in (string[])[ShardPersisted, QueueNames.Persist, QueueNames.Infer(revision)])
            await channel.QueueBindAsync(queue, exchange, "", cancellationToken: ct);
        return new MessageTap(connection, channel, queue);
    }

    /// <summary>The next message that came by, or null where there is none yet.</summary>
    public Task<BasicGetResult?> NextAsync(CancellationToken ct) => _channel.BasicGetAsync(_queue, autoAck: true, ct);

    /// <summary>Delivers messages again, in the order given.</summary>
    public async Task DeliverAsync(IEnumerable<BasicGetResult> messages, CancellationToken ct)
    {
        foreach (var copy in messages)
            // To the queue itself, past the exchange: the tap would hear it again.
            await _channel.BasicPublishAsync(
                "", copy.Exchange == ShardPersisted ? QueueNames.Track : copy.Exchange, mandatory: false, new BasicProperties(copy.BasicProperties), copy.Body, ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
