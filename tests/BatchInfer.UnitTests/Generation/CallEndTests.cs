using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>Calls that end before all of their results are taken.</summary>
public sealed class CallEndTests
{
    // More than are on the way at once: most wait to be let in.
    private const int Inputs = 10_000;

    // Not a limit: what hangs must end as a failure.
    private const int Hang = 120_000;

    [Fact(Timeout = Hang)]
    public async Task A_call_whose_results_nobody_takes_any_more_ends()
    {
        var stop = TestContext.Current.CancellationToken;
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Decoder(true));
        using (var call = engine.CreateCall(Settings, stop))
        {
            await foreach (var _ in engine.RunAsync(call, Prompts(call), stop)) break;
            Assert.True(call.Stop.IsCancellationRequested);
        }

        Assert.Equal(20, (await engine.RunAsync(Settings, TinyLanguageModel.Prompts(20))).Length);
    }

    [Fact(Timeout = Hang)]
    public async Task A_call_that_fails_ends_with_what_was_wrong()
    {
        var stop = TestContext.Current.CancellationToken;
        using var model = new TinyLanguageModel();
        using var engine = model.Load(model.Decoder(true));
        using (var call = engine.CreateCall(Settings, stop))
        {
            var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            {
                await foreach (var _ in engine.RunAsync(call, Prompts(call), stop)) call.Fail(new InvalidOperationException("broken"));
            });
            Assert.Equal("broken", failure.Message);
        }

        Assert.Equal(20, (await engine.RunAsync(Settings, TinyLanguageModel.Prompts(20))).Length);
    }

    [Fact]
    public async Task A_start_that_fails_gives_back_what_was_kept_free_for_its_inputs_once()
    {
        // Gives the logits of the last token alone, by which no text can be scored.
        var graph = new TestGraph()
            .Initializer("table", TinyGraphs.Table(5, 5, 4)).ListInitializer("last", -1).ListInitializer("end", int.MaxValue).ListInitializer("along", 1)
            .Node("Gather", ["table", "input_ids"], "all").Node("Slice", ["all", "last", "end", "along"], "logits")
            .Input("input_ids").Output("logits", -1, -1, 5);
        using var model = new TinyLanguageModel();
        using var decoder = new DecoderGraph(model.Write(graph), null, null);
        var pool = new RowPool(1000, 1000, maxCachedTokens: 10, alone: false);
        var runner = new StepRunner(null, decoder, new PromptReader(decoder, null), new ScoreRunner(decoder, 1000, 1000, inPieces: false), pool);
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        using GenerationCall live = Call(TestContext.Current.CancellationToken), givenUp = Call(stopped.Token), next = Call(TestContext.Current.CancellationToken);
        pool.Add(Input(givenUp));
        pool.Add(Input(live));
        Assert.Equal(2, Start());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => live.Results.Completion);
        for (int i = 0; i < 9; i++) pool.Add(Input(next));
        // Three times three tokens of ten: neither more nor fewer than in a new pool.
        Assert.Equal(3, Start());
        Assert.Equal(3, Start());

        int Start()
        {
            using var workspace = new StepWorkspace();
            var started = new List<WaitingInput>();
            Assert.True(pool.TryTake(started, []));
            runner.Start(started, workspace);
            return started.Count;
        }
    }

    private static readonly GenerationSettings Settings = new() { MaxNewTokens = 2 };

    private static GenerationCall Call(CancellationToken stop) => new(Settings, isEncoderDecoder: false, 100, stop) { Scoring = TextScoring.Causal };

    private static WaitingInput Input(GenerationCall call) => new(new GenerationRequest(call, 0, [1, 2, 3], 0), new BatchPlace(-1, 3), 0, 3);

    private static IEnumerable<GenerationRequest> Prompts(GenerationCall call) => TinyLanguageModel.Prompts(Inputs).Select((ids, i) => new GenerationRequest(call, i, ids, 0));
}
