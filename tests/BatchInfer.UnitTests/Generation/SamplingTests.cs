using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Tokens chosen by chance.</summary>
public sealed class SamplingTests
{
    private static readonly float[] Logits = [1, 3, 2, float.NegativeInfinity, 3];

    [Theory]
    [InlineData(1.0, 0, 1.0, new[] { 1, 4, 2, 0 })]
    [InlineData(0.5, 0, 1.0, new[] { 1, 4, 2, 0 })]
    [InlineData(1.0, 3, 1.0, new[] { 1, 4, 2 })]
    [InlineData(1.0, 1, 1.0, new[] { 1, 4 })]
    [InlineData(1.0, 0, 0.5, new[] { 1, 4 })]
    [InlineData(1.0, 0, 0.01, new[] { 1 })]
    public void Tokens_come_as_often_as_their_probability_says(double temperature, int topK, double topP, int[] possible)
    {
        var sampler = new TokenSampler(new GenerationSettings { Temperature = temperature, TopK = topK, TopP = topP });
        double total = possible.Sum(t => Math.Exp(Logits[t] / temperature));
        var scratch = new DecodingScratch();
        const int Draws = 20_000;
        int[] counts = new int[Logits.Length];
        for (int i = 0; i < Draws; i++) counts[sampler.Choose(Logits, (i + 0.5) / Draws, scratch)]++;
        for (int token = 0; token < Logits.Length; token++)
            Assert.Equal(possible.Contains(token) ? Math.Exp(Logits[token] / temperature) / total : 0, counts[token] / (double)Draws, 1e-3);
    }

    [Fact]
    public void The_greatest_are_found_without_sorting()
    {
        var random = new Random(5);
        for (int n = 1; n < 200; n++)
        {
            float[] values = [.. Enumerable.Range(0, n).Select(_ => (float)random.Next(20))];
            int k = 1 + random.Next(n);
            Assert.Equal(values.OrderDescending().ElementAt(k - 1), TokenSampler.Greatest([.. values], k));
        }
    }

    [Fact]
    public void Random_numbers_follow_from_their_place_alone()
    {
        var first = new CounterRandom(1, [1, 2, 3], 0);
        double[] numbers = [.. Enumerable.Range(0, 10_000).Select(first.At)];
        Assert.Equal(numbers, Enumerable.Range(0, 10_000).Reverse().Select(new CounterRandom(1, [1, 2, 3], 0).At).Reverse());
        Assert.All(numbers, n => Assert.InRange(n, 0, 0.9999999999999999));
        Assert.Equal(0.5, numbers.Average(), 0.02);
        Assert.Equal(1.0 / 12, numbers.Average(n => (n - 0.5) * (n - 0.5)), 0.005);
        foreach (var other in (CounterRandom[])[new(2, [1, 2, 3], 0), new(1, [1, 2, 4], 0), new(1, [1, 2, 3], 1)])
            Assert.DoesNotContain(other.At(0), numbers.Take(100));
    }
}
