using BatchInfer.Results.Data;
using BatchInfer.Results.LookUpPredictions;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchInfer.UnitTests.Results;

public sealed class CachedAnswerTests
{
    private static readonly StoredPrediction Prediction = new(
        Guid.NewGuid(), new Predictor { Model = "m", Revision = "r", Task = "t", Parameters = """{"a":1}""" }, "naïve \n 漢字", "pair",
        new StoredOutput(null, [0.25f, -1e-7f]), 3, Guid.NewGuid(), new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    [Fact]
    public async Task An_answer_in_the_second_level_reaches_another_replica_as_it_was()
    {
        var answer = CachedAnswer.Of(new LookUpAnswer(Prediction.Key, Prediction: Prediction));
        var shared = new SharedCache();
        await using var first = Replica(shared);
        await using var second = Replica(shared);
        await first.GetRequiredService<HybridCache>().SetAsync("x", answer, cancellationToken: TestContext.Current.CancellationToken);

        var found = await second.GetRequiredService<HybridCache>().GetOrCreateAsync<CachedAnswer?>(
            "x", _ => throw new InvalidOperationException("It was not there."), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((answer.Tag, Convert.ToHexString(answer.Body)), (found!.Tag, Convert.ToHexString(found.Body)));
    }

    [Fact]
    public void A_tag_changes_when_a_deleted_prediction_is_computed_again()
    {
        var again = Prediction with { CreatedAt = Prediction.CreatedAt.AddTicks(10) };
        Assert.NotEqual(CachedAnswer.Of(new LookUpAnswer(Prediction.Key, Prediction: Prediction)).Tag, CachedAnswer.Of(new LookUpAnswer(again.Key, Prediction: again)).Tag);
    }

    private static ServiceProvider Replica(IDistributedCache shared)
    {
        var services = new ServiceCollection();
        services.AddMemoryCache(memory => memory.SizeLimit = 1 << 20);
        services.AddSingleton(shared);
        services.AddHybridCache().AddSerializer<CachedAnswer, CachedAnswerSerializer>();
        return services.BuildServiceProvider();
    }

    /// <summary>HybridCache takes the framework's own cache in memory for no second level, so this is another class.</summary>
    private sealed class SharedCache() : MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
}
