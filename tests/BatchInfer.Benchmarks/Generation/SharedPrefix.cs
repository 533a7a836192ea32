using System.Globalization;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>
/// The same prompts behind a long beginning, as instructions and examples are: one for all of them, which the engine reads once; one for
/// each, of the same tokens in another order, so that nothing can be shared; and the bare step loop, which reads whole prompts.
/// </summary>
internal sealed class SharedPrefix
{
    private readonly GenerationModel _model;
    private readonly int _newTokens;
    private readonly int[][] _shared, _own;

    /// <param name="model">A decoder.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="tokens">Tokens of the beginning.</param>
    /// <param name="newTokens">Tokens that every row writes, so that the ways differ in nothing but the reading.</param>
    public SharedPrefix(GenerationModel model, int[][] prompts, int tokens, int newTokens)
    {
        (_model, _newTokens) = (model, newTokens);
        int[] bos = model.Bos is { } first && prompts[0][0] == first ? [first] : [];
        // The prompts' own tokens, so that it is text of the kind that the model knows.
        int[] beginning = [.. prompts.Reverse().SelectMany(p => p.Skip(bos.Length)).Take(tokens)];
        if (beginning.Length < tokens) throw new ArgumentException($"All prompts together have {beginning.Length} tokens: take a shorter --prefix.");
        _shared = [.. prompts.Select(p => (int[])[.. bos, .. beginning, .. p.Skip(bos.Length)])];
        _own = [.. prompts.Select((p, i) => (int[])[.. bos, .. beginning.Skip(i % tokens), .. beginning.Take(i % tokens), .. p.Skip(bos.Length)])];
        int longest = _shared.Max(p => p.Length) + newTokens;
        if (longest > model.ContextLength) throw new ArgumentException($"Beginning, prompt and answer have {longest} tokens, the model takes {model.ContextLength}: take a shorter --prefix.");
    }

    public async Task MeasureAsync(int rounds, int threads)
    {
        var table = new SpeedTable("prompt tokens computed, of a row");
        int[] median = _shared.OrderBy(p => p.Length).ElementAt(_shared.Length / 2);
        int best = _model.Loop.BestBatch(median, _newTokens, threads);
        await EngineAsync(_own);
        await EngineAsync(_shared);
        for (int round = 0; round < rounds; round++)
        {
            table.AddCeiling($"bare step loop, whole prompts, {best} rows", _model.Loop.Measure(median, best, _newTokens, threads), Format(median.Length));
            await AddAsync("engine, a beginning for each", _own);
            await AddAsync("engine, one beginning for all", _shared);
        }

        Console.WriteLine($"{_model.Name}, {_shared.Length} prompts of {median.Length} tokens in the middle, {_newTokens} new tokens each");
        Console.WriteLine();
        table.Write();

        async Task AddAsync(string way, int[][] prompts)
        {
            long before = _model.Engine.PromptTokensRead;
            var speed = await EngineAsync(prompts);
            table.Add(way, speed, Format((double)(_model.Engine.PromptTokensRead - before) / prompts.Length));
        }
    }

    private Task<Speed> EngineAsync(int[][] prompts) => EngineRuns.ContinuousAsync(_model.Engine, _model.Settings(_newTokens, _newTokens), prompts);

    private static string Format(double tokens) => tokens.ToString("0.0", CultureInfo.InvariantCulture);
}
