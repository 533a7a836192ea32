using BatchInfer.Inference;
using BatchInfer.UnitTests.Tasks;

namespace BatchInfer.UnitTests.Inference;

public sealed class CalibrationTests : IDisposable
{
    private readonly TestModelFolder _model = QuantizationTests.Perceptron();
    private readonly string _cache = Directory.CreateTempSubdirectory("batchinfer-calibration-").FullName;

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_cache, recursive: true);
    }

    [Fact]
    public void What_was_measured_is_kept_for_the_revision_and_used_without_measuring()
    {
        var package = _model.Read()[0];
        Assert.Same(RunLayout.Default, Calibration.Choose(package, Options(0)));
        Assert.Empty(Directory.EnumerateFiles(_cache));
        var measured = Calibration.Choose(package, Options(0.3));
        string kept = Assert.Single(Directory.EnumerateFiles(_cache));
        Assert.StartsWith(package.Descriptor.Revision[..24], Path.GetFileName(kept), StringComparison.Ordinal);
        Assert.Equal(measured, Calibration.Choose(package, Options(0)));

        File.WriteAllText(kept, """{"ParallelRuns":3,"ThreadsPerRun":2,"MaxBatchTokens":77}""");
        Assert.Equal(new RunLayout(3, 2, 77), Calibration.Choose(package, Options(0.3)));
        foreach (string broken in (string[])["{", """{"ParallelRuns":-1,"ThreadsPerRun":2,"MaxBatchTokens":77}""", "null"])
        {
            File.WriteAllText(kept, broken);
            Assert.Same(RunLayout.Default, Calibration.Choose(package, Options(0)));
        }
    }

    [Fact]
    public void Models_of_pairs_and_of_masks_are_measured_too()
    {
        using var reader = TinyModels.Reader(300, ("good", 5, 0));
        using var guesser = TinyModels.Guesser(300, ("film", 3));
        foreach (var folder in (TestModelFolder[])[reader, guesser])
            Assert.InRange(Calibration.RateOf(RunLayout.Default, folder.Read()[0], Options(0), TimeSpan.FromMilliseconds(50)), 1, double.MaxValue);
    }

    [Fact]
    public void What_could_not_be_measured_is_not_kept()
    {
        // No pair fits into four tokens.
        using var folder = TinyModels.Reader(4, ("good", 5, 0));
        Assert.Equal(RunLayout.Default, Calibration.Choose(folder.Read()[0], Options(0.1)));
        Assert.Empty(Directory.EnumerateFiles(_cache));
    }

    [Fact]
    public void A_pinned_layout_is_taken_as_it_is()
    {
        var package = _model.Read()[0];
        var options = Options(10);
        (options.ParallelRuns, options.MaxBatchTokens) = (5, 64);
        Assert.Equal(new RunLayout(5, 1, 64), Calibration.Choose(package, options));
        Assert.Empty(Directory.EnumerateFiles(_cache));
    }

    [Fact]
    public async Task No_layout_changes_a_result()
    {
        string[] texts = [.. Enumerable.Range(0, 300).Select(i => string.Join(' ', Enumerable.Repeat("good bad film", 1 + i % 4)))];
        float[][]? expected = null;
        foreach (var layout in (RunLayout[])[new(2, 1, 512), new(1, 2, 512), new(1, 4, 512), new(3, 2, 512)])
        {
            await using var engine = InferenceEngine.Load(_model.Read()[0], Options(0), layout);
            float[][] rows = [.. (await engine.RunAsync("{}", texts)).Select(r => r.Embedding!)];
            Assert.Equal(expected ??= rows, rows);
        }
    }

    private InferenceOptions Options(double seconds) => new() { CalibrationSeconds = seconds, CalibrationFolder = _cache };
}
