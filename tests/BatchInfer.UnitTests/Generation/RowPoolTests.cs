using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Which rows go next. The steps are only counted: no graph is run.</summary>
public sealed class RowPoolTests
{
    private static readonly GenerationSettings Settings = new() { EosTokens = [] };

    [Fact]
    public void The_shortest_go_first_and_go_on_with_those_that_they_come_up_to()
    {
        using var call = Call();
        var pool = new RowPool(1000, 1000, 1000, alone: false);
        foreach (int length in (int[])[4, 3, 5, 3]) pool.Add(Input(call, length, newTokens: 9));
        // Tokens and rows of each step; those that wait at the same length join before it.
        foreach (var expected in (ReadOnlySpan<(int, int)>)[(3, 2), (4, 1), (4, 2), (5, 1), (5, 3), (6, 4), (7, 4)]) Assert.Equal(expected, Step(pool));
    }

    [Fact]
    public void No_more_rows_are_begun_than_the_caches_hold_but_one_in_any_case()
    {
        using var call = Call();
        var pool = new RowPool(1000, 1000, maxCachedTokens: 30, alone: false);
        for (int i = 0; i < 5; i++) pool.Add(Input(call, length: 4, newTokens: 6)); // ten tokens each
        Assert.Equal((4, 3), Step(pool));
        pool.Add(Input(call, length: 2, newTokens: 100));
        // A step of those at work: there is no room for the new one, though it is the shortest.
        Assert.Equal((5, 3), Step(pool));
        for (int i = 0; i < 3; i++) pool.Release(10);
        Assert.Equal((2, 1), Step(pool));
    }

    [Fact]
    public void Long_prompts_go_on_beside_ever_new_short_ones()
    {
        using var huge = Call();
        using var small = Call();
        var pool = new RowPool(1000, 1000, 100_000, alone: false);
        pool.Add(Input(small, length: 200, newTokens: 10));
        int steps = 0, longSteps = 0;
        for (; longSteps < 10; steps++)
        {
            Assert.InRange(steps, 0, 1000);
            pool.Add(Input(huge, length: 4, newTokens: 1));
            var (length, _) = Step(pool, ends: l => l is > 4 and < 100 or >= 210);
            if (length >= 200) longSteps++;
        }
    }

    private static GenerationCall Call() => new(Settings, isEncoderDecoder: false, 100, CancellationToken.None);

    private static WaitingInput Input(GenerationCall call, int length, int newTokens) =>
        new(new GenerationRequest(call, 0, new int[length], 0), new BatchPlace(0, length), newTokens, length + newTokens);

    /// <summary>Takes a piece of work and gives its rows back one token longer, but those that end.</summary>
    /// <returns>Tokens of its rows, and how many they are.</returns>
    private static (int Length, int Rows) Step(RowPool pool, Func<int, bool>? ends = null)
    {
        var (started, batches) = (new List<WaitingInput>(), new List<DecodingBatch>());
        Assert.True(pool.TryTake(started, batches));
        Assert.True(started.Count == 0 || batches.Count == 0);
        Decoding[] decodings = started.Count > 0
            ? [.. started.Select(input => Decoding.Start(input, input.Request.Ids))]
            : [.. batches.SelectMany(b => b.Decodings)];
        int length = started.Count > 0 ? started[0].Place.Length : batches[0].Place.Length;
        Assert.All(started, input => Assert.Equal(length, input.Place.Length));
        Assert.All(batches, batch => Assert.Equal(length, batch.Place.Length));
        if (ends?.Invoke(length + 1) == true)
            foreach (var decoding in decodings) pool.Release(decoding.Reserved);
        else pool.Return(new DecodingBatch(decodings, [.. Enumerable.Range(0, decodings.Length)], decodings.Length, length + 1, null, null));
        return (length, decodings.Length);
    }
}
