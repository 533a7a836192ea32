using System.Reflection;
using BatchInfer.ServiceDefaults;
using MassTransit;

namespace BatchInfer.UnitTests.Sending;

/// <summary>A send that never ends cannot be had of a broker when it is wanted.</summary>
public sealed class BusQuestionsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_whose_send_never_ends_is_given_up()
    {
        var client = DispatchProxy.Create<IRequestClient<Question>, NeverSends>();
        var e = await Assert.ThrowsAsync<RequestException>(() => client.AskAsync<Question, Answer>(new Question(), TimeSpan.FromMilliseconds(1), Ct));
        Assert.Contains(nameof(Question), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_asks_no_more_is_cancelled()
    {
        var client = DispatchProxy.Create<IRequestClient<Question>, NeverSends>();
        using var stop = new CancellationTokenSource();
        var asking = client.AskAsync<Question, Answer>(new Question(), TimeSpan.FromHours(1), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    public sealed record Question;

    public sealed record Answer;

    /// <summary>A client that heeds neither token nor timeout.</summary>
    public class NeverSends : DispatchProxy
    {
        protected override object Invoke(MethodInfo? targetMethod, object?[]? args) => new TaskCompletionSource<Response<Answer>>().Task;
    }
}
