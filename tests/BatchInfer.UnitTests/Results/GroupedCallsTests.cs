using System.Diagnostics;
using BatchInfer.Results;

namespace BatchInfer.UnitTests.Results;

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
}
