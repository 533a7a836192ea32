using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>What tokens may come, and how likely rules make them.</summary>
public sealed class LogitRulesTests
{
    private const float Out = float.NegativeInfinity;

    [Fact]
    public void A_repetition_penalty_makes_what_has_come_less_likely_once() =>
        Assert.Equal([0.5f, -2f, 3f, 4f], Apply(new() { RepetitionPenalty = 2 }, [1, -1, 3, 4], [0, 1, 1, 9]));

    [Fact]
    public void A_thread_s_buffers_keep_nothing_of_the_texts_before()
    {
        var rules = new LogitRules(new() { RepetitionPenalty = 2, NoRepeatNgramSize = 3 }, isEncoderDecoder: false);
        var scratch = new DecodingScratch();
        float[] logits = new float[100_000];
        scratch.EnsureVocabulary(logits.Length);
        int[] history = [0, 99_999, 0, 200_000];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int text = 0; text < 100; text++)
        {
            logits.AsSpan().Fill(1);
            rules.Apply(logits, history, 1, 9, scratch);
            Assert.Equal((0.5f, 1f, 0.5f), (logits[0], logits[1], logits[^1]));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, logits.Length);
    }

    [Fact]
    public void No_run_of_tokens_comes_twice()
    {
        Assert.Equal([1f, Out, 1f, 1f], Apply(new() { NoRepeatNgramSize = 2 }, [1, 1, 1, 1], [0, 1, 2, 0]));
        Assert.Equal([1f, 1f, 1f, Out], Apply(new() { NoRepeatNgramSize = 3 }, [1, 1, 1, 1], [1, 2, 3, 0, 1, 2]));
        Assert.Equal([Out, Out, 1f, 1f], Apply(new() { NoRepeatNgramSize = 1 }, [1, 1, 1, 1], [0, 1]));
    }

    [Fact]
    public void Words_that_are_forbidden_end_before_their_last_token() =>
        Assert.Equal([1f, Out, 1f, Out], Apply(new() { BadWords = [[3], [0, 1], [2, 0, 2]] }, [1, 1, 1, 1], [1, 0]));

    [Fact]
    public void A_text_does_not_end_before_its_least_length()
    {
        var settings = new GenerationSettings { EosTokens = [0], MinNewTokens = 2 };
        Assert.Equal([Out, 1f], Apply(settings, [1, 1], [5, 5, 1], prompt: 2));
        Assert.Equal([1f, 1f], Apply(settings, [1, 1], [5, 5, 1, 1], prompt: 2));
        Assert.Equal([Out, 1f], Apply(new() { EosTokens = [0], MinLength = 4 }, [1, 1], [5, 5, 1], prompt: 2));
    }

    [Fact]
    public void The_first_and_the_last_token_can_be_forced()
    {
        Assert.Equal([Out, 0f, Out], Apply(new() { ForcedBosToken = 1 }, [1, 1, 1], [9], prompt: 1));
        Assert.Equal([1f, 1f, 1f], Apply(new() { ForcedBosToken = 1 }, [1, 1, 1], [9, 1], prompt: 1));
        Assert.Equal([0f, Out, Out], Apply(new() { ForcedEosTokens = [0] }, [1, 1, 1], [9, 1, 1, 1], prompt: 1, most: 4));
    }

    [Fact]
    public void Tokens_can_be_suppressed_always_or_at_the_beginning()
    {
        var settings = new GenerationSettings { SuppressTokens = [0], BeginSuppressTokens = [1], ForcedBosToken = null };
        Assert.Equal([Out, Out, 1f], Apply(settings, [1, 1, 1], [9], prompt: 1));
        Assert.Equal([Out, 1f, 1f], Apply(settings, [1, 1, 1], [9, 2], prompt: 1));
    }

    [Theory]
    [InlineData(1000f)]
    [InlineData(-1000f)]
    [InlineData(0f)]
    public void Log_probabilities_stand_far_from_zero(float offset)
    {
        float[] logits = [offset, offset + 1, offset - 100, Out];
        Assert.Equal(Math.Log(1 + Math.E + Math.Exp(-100)), LogProbabilities.LogSumExp(logits) - offset, 1e-4);
    }

    [Fact]
    public void Logits_that_are_no_numbers_are_seen()
    {
        Assert.True(double.IsNaN(LogProbabilities.LogSumExp([1, float.NaN])));
        Assert.True(double.IsNaN(LogProbabilities.LogSumExp([1, float.PositiveInfinity])));
        Assert.True(double.IsNaN(LogProbabilities.LogSumExp([Out, Out])));
    }

    private static float[] Apply(GenerationSettings settings, float[] logits, int[] history, int prompt = 0, int most = 100)
    {
        var scratch = new DecodingScratch();
        scratch.EnsureVocabulary(logits.Length);
        new LogitRules(settings, isEncoderDecoder: true).Apply(logits, history, prompt, most, scratch);
        return logits;
    }
}
