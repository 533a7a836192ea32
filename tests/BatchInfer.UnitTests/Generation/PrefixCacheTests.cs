using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Which beginnings of prompts are kept.</summary>
public sealed class PrefixCacheTests
{
    [Fact]
    public void Together_they_have_no_more_tokens_than_there_is_room_for()
    {
        using var model = new TinyLanguageModel();
        using var decoder = new DecoderGraph(model.Decoder(true), null, null);
        using var prefixes = new PrefixCache(maxTokens: 20);
        Add(first: 1, tokens: 8);
        Add(first: 2, tokens: 8);
        Assert.Equal((8, 8), (Known(1), Known(2)));
        // More than half of the room: it would drive out all others.
        Add(first: 3, tokens: 11);
        Assert.Equal((0, 8, 8), (Known(3), Known(2), Known(1)));
        // The one that was used last stays.
        Add(first: 4, tokens: 10);
        Assert.Equal((8, 0, 10), (Known(1), Known(2), Known(4)));
        Add(first: 5, tokens: 2);
        Assert.Equal((8, 10, 2), (Known(1), Known(4), Known(5)));

        void Add(int first, int tokens)
        {
            using var workspace = new StepWorkspace();
            KeyValueCache? cache = null;
            using var logits = decoder.Run(new DecoderStep(Beginning(first, tokens).Select(t => (long)t).ToArray(), 1, 0, null), ref cache, lastOnly: true, workspace.Run);
            using (cache) prefixes.Add(Beginning(first, tokens), cache!);
        }

        int Known(int first)
        {
            var (tokens, cache) = prefixes.Find(Beginning(first, 19), rows: 2);
            cache?.Dispose();
            return tokens;
        }
    }

    private static int[] Beginning(int first, int tokens) => [first, .. Enumerable.Repeat(0, tokens - 1)];
}
