using System.Text.Json;
using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Comparison;

public sealed class PredictionComparerTests
{
    [Fact]
    public void Flips_come_first_among_the_worst_and_differences_are_summed_up()
    {
        var comparer = new PredictionComparer(2);
        Add(comparer, 0, Labels(0.9, 0.1), Labels(0.9, 0.1));
        Add(comparer, 1, Labels(0.51, 0.49), Labels(0.49, 0.51));
        Add(comparer, 2, Labels(0.6, 0.4), Labels(0.9, 0.1));
        Add(comparer, 3, Labels(0.6, 0.4), Labels(0.61, 0.39));
        comparer.Add(new PredictionLine(4, "4", null, new RecordError("empty_text", "", 5)), Line(4, Labels(1, 0)));
        var report = comparer.ToReport();
        Assert.Equal((4, 1, 3, 1L), (report.Records, report.Failed, report.Equal, report.LabelFlips));
        Assert.Equal(0.75, report.Agreement);
        Assert.Equal(0.3, report.MaxScoreDifference!.Value, 1e-9);
        Assert.Equal((0.02 + 0.3 + 0.01) / 4, report.MeanScoreDifference!.Value, 1e-9);
        Assert.Equal([1, 2], report.Worst.Select(w => w.Ordinal));
        Assert.Null(report.MeanCosine);
    }

    [Fact]
    public void Embeddings_are_compared_by_their_angle()
    {
        var comparer = new PredictionComparer(10);
        Add(comparer, 0, "[1,0]", "[1,0]");
        Add(comparer, 1, "[1,0]", "[0,2]");
        Add(comparer, 2, "[3,4]", "[6,8]");
        var report = comparer.ToReport();
        Assert.Equal((1, 2 / 3.0, 0), (report.Equal, report.MeanCosine!.Value, report.MinCosine!.Value), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-9 && Math.Abs(a.Item3 - b.Item3) < 1e-9);
        Assert.Equal(1, report.Worst[0].Ordinal);
        Assert.Null(report.LabelFlips);
    }

    [Fact]
    public void Texts_are_compared_by_what_they_say_and_not_by_how_likely_a_model_thought_them()
    {
        var comparer = new PredictionComparer(10);
        Add(comparer, 0, Written("a fine day", -0.5), Written("a fine day", -0.1));
        Add(comparer, 1, Written("a fine day", -0.5), Written("a fire day", -0.5));
        Add(comparer, 2, Written("abcd", -0.5), Written("", -2));
        Add(comparer, 3, $"[{Written("one", -0.1)},{Written("two", -0.2)}]", $"[{Written("one", -0.1)},{Written("too", -0.2)}]");
        var report = comparer.ToReport();
        Assert.Equal((4, 1), (report.Records, report.Equal));
        Assert.Equal((0 + 0.1 + 1 + 1 / 6.0) / 4, report.MeanTextDistance!.Value, 1e-9);
        Assert.Equal((0.4 + 0 + 1.5 + 0) / 4, report.MeanLogprobDifference!.Value, 1e-9);
        Assert.Equal(1.5, report.MaxLogprobDifference!.Value, 1e-9);
        Assert.Equal([2, 3, 1], report.Worst.Select(w => w.Ordinal));
        Assert.Null(report.LabelFlips);

        static string Written(string text, double logprob) => JsonSerializer.Serialize(new { text, tokens = 3, finish_reason = "stop", sum_logprob = 3 * logprob, mean_logprob = logprob });
    }

    [Fact]
    public void Long_texts_that_differ_behind_what_is_compared_are_not_equal()
    {
        var comparer = new PredictionComparer(10);
        string head = new('x', 2000);
        Add(comparer, 0, JsonSerializer.Serialize(new { text = head + "a" }), JsonSerializer.Serialize(new { text = head + "b" }));
        Assert.Equal((0, 1.0 / 2001), (comparer.ToReport().Equal, comparer.ToReport().MeanTextDistance!.Value));
    }

    [Fact]
    public void Scored_texts_differ_by_their_log_probabilities()
    {
        var comparer = new PredictionComparer(10);
        Add(comparer, 0, Scored(-1), Scored(-1));
        Add(comparer, 1, Scored(-1), Scored(-3));
        var report = comparer.ToReport();
        Assert.Equal((1, 1.0, 2.0), (report.Equal, report.MeanLogprobDifference!.Value, report.MaxLogprobDifference!.Value));
        Assert.Equal(2, Assert.Single(report.Worst).Drift);
        Assert.Null(report.MeanTextDistance);

        static string Scored(double logprob) => JsonSerializer.Serialize(new { tokens = 2, sum_logprob = 2 * logprob, mean_logprob = logprob, perplexity = Math.Exp(-logprob) });
    }

    [Fact]
    public void Other_outputs_are_equal_or_not()
    {
        var comparer = new PredictionComparer(10);
        Add(comparer, 0, """{"text":"a"}""", """{"text":"a"}""");
        Add(comparer, 1, """[{"label":"PER","score":0.9},{"label":"PER","score":0.8}]""", "[]");
        var report = comparer.ToReport();
        Assert.Equal((2, 1), (report.Records, report.Equal));
        Assert.Equal(1, Assert.Single(report.Worst).Ordinal);
    }

    [Fact]
    public async Task Jobs_over_other_records_are_refused()
    {
        var ct = TestContext.Current.CancellationToken;
        Assert.Throws<InvalidDataException>(() => new PredictionComparer(1).Add(Line(0, "[1]", "a"), Line(0, "[1]", "b")));
        await Assert.ThrowsAsync<InvalidDataException>(() => PredictionComparer.CompareAsync(Lines(2), Lines(3), 1, ct));
        Assert.Equal(3, (await PredictionComparer.CompareAsync(Lines(3), Lines(3), 1, ct)).Equal);
    }

    private static async IAsyncEnumerable<PredictionLine> Lines(int count)
    {
        await Task.CompletedTask;
        for (int i = 0; i < count; i++) yield return Line(i, "[1]");
    }

    private static string Labels(double first, double second) => JsonSerializer.Serialize(new[] { new { label = "A", score = first }, new { label = "B", score = second } });

    private static void Add(PredictionComparer comparer, int ordinal, string first, string second) => comparer.Add(Line(ordinal, first), Line(ordinal, second));

    private static PredictionLine Line(int ordinal, string output, string? id = null) => new(ordinal, id ?? $"{ordinal}", JsonDocument.Parse(output).RootElement, null);
}
