using System.Diagnostics;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.UnitTests.Calls;

public sealed class GroupedCallsTests
{
    [Fact]
    public async Task What_is_answered_for_all_belongs_to_no_trace_of_the_first_who_calls()
    {
        using var first = new Activity("first call").Start();
        await using var calls = new GroupedCalls<int, Activity?>(
            (asked, _) => Task.FromResult<IReadOnlyList<Activity?>>([.. asked.Select(_ => Activity.Current)]), failsAll: _ => true, groups: 2, largest: 8, waiting: 8);

        Assert.Null(await calls.CallAsync(1, TestContext.Current.CancellationToken));
        Assert.Same(first, Activity.Current);
    }

    [Fact]
    public async Task What_comes_within_the_pace_is_one_group_and_the_first_does_not_wait_for_it()
    {
        var ct = TestContext.Current.CancellationToken;
        var groups = new List<int[]>();
        await using var calls = new GroupedCalls<int, int>(
            (asked, _) =>
            {
                groups.Add([.. asked]);
                return Task.FromResult<IReadOnlyList<int>>([.. asked]);
            },
            // The pace never ends while the calls wait, but by their end.
            failsAll: _ => true, groups: 1, largest: 8, waiting: 8, pace: TimeSpan.FromHours(1));

        Assert.Equal(1, await calls.CallAsync(1, ct));
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<int>[] later = [calls.CallAsync(2, impatient.Token), calls.CallAsync(3, impatient.Token)];
        await calls.DisposeAsync();
        await Task.WhenAll(later);
        Assert.Equal([[1], [2, 3]], groups);
    }

    [Fact]
    public async Task Calls_that_are_not_answered_with_the_first_of_their_group_are_asked_for_again()
    {
        var ct = TestContext.Current.CancellationToken;
        var (asked, go) = (new List<int[]>(), new TaskCompletionSource());
        await using var calls = new GroupedCalls<int, int>(
            async (group, _) =>
            {
                asked.Add([.. group]);
                await go.Task;
                return [.. group.Take(2).Select(i => -i)];
            },
            failsAll: _ => false, groups: 1, largest: 8, waiting: 8);

        var waiting = Enumerable.Range(1, 6).Select(i => calls.CallAsync(i, ct)).ToList();
        go.SetResult();
        int[] answers = await Task.WhenAll(waiting);
        Assert.Equal([-1, -2, -3, -4, -5, -6], answers);
        Assert.All(asked, group => Assert.Equal(group.Order(), group));
        Assert.Contains(asked, group => group.Length > 2);
    }
}
