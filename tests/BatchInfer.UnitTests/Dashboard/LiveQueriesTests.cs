using System.Diagnostics;
using System.Threading.Channels;
using BatchInfer.Dashboard;
using BatchInfer.Dashboard.Live;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchInfer.UnitTests.Dashboard;

/// <summary>What keeps pages up to date, without a page.</summary>
public sealed class LiveQueriesTests
{
    private readonly LiveQueries _queries =
        new(TimeProvider.System, Options.Create(new DashboardOptions { RefreshSeconds = 0.1 }), NullLogger<LiveQueries>.Instance);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_that_could_not_show_one_answer_is_shown_the_next()
    {
        var shown = Channel.CreateUnbounded<int>();
        int asked = 0;
        using var watching = _queries.Watch("question", _ => Task.FromResult(++asked), answer =>
        {
            shown.Writer.TryWrite(answer.Value);
            return answer.Value == 1 ? throw new InvalidOperationException("a page with a bug") : Task.CompletedTask;
        });

        Assert.Equal(1, await shown.Reader.ReadAsync(Ct));
        Assert.InRange(await shown.Reader.ReadAsync(Ct), 2, int.MaxValue);
        Assert.InRange(await shown.Reader.ReadAsync(Ct), 3, int.MaxValue);
    }

    [Fact]
    public async Task What_is_asked_for_all_belongs_to_no_trace_of_the_first_who_watches()
    {
        var traces = Channel.CreateUnbounded<(Activity? Asked, Activity? Shown)>();
        using var click = new Activity("click").Start();
        using var watching = _queries.Watch("question", _ => Task.FromResult(Activity.Current), answer =>
        {
            traces.Writer.TryWrite((answer.Value, Activity.Current));
            return Task.CompletedTask;
        });

        Assert.Same(click, Activity.Current);
        Assert.Equal((null, null), await traces.Reader.ReadAsync(Ct));
        Assert.Equal((null, null), await traces.Reader.ReadAsync(Ct));
    }
}
