using System.Diagnostics;
using System.Globalization;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Fuzzing;

/// <summary>
/// ONNX files with something wrong in them: each is refused with a sentence that names the file, or runs. They are loaded by a
/// process of their own, so that one that ends it is found and named. The seeds are fixed; BATCHINFER_FUZZ_CASES makes them more.
/// </summary>
public sealed class GraphFuzzTests
{
    private const string Log = "BATCHINFER_FUZZ_LOG", First = "BATCHINFER_FUZZ_FIRST", Count = "BATCHINFER_FUZZ_CASES";

    // Of the process at its peak: what a few small models and the runtime take, several times over.
    private const long MaxKilobytes = 2 << 20;

    [Fact]
    public async Task A_graph_changed_at_random_is_refused_or_runs()
    {
        using var folder = new TemporaryFolder();
        int cases = Number(Count, 240);
        TestContext.Current.TestOutputHelper?.WriteLine($"Seeds 0 to {cases - 1}");
        var ended = new List<string>();
        List<string> lines = [];
        for (int next = 0; next < cases;)
        {
            string log = folder.File($"log {next}", "");
            int exit = await RunAsync(log, next, cases);
            string[] said = await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken);
            lines.AddRange(said);
            if (said.Length > 0 && said[^1] == "end") break;
            string last = said.LastOrDefault(l => l.StartsWith("case ", StringComparison.Ordinal)) ?? throw new InvalidOperationException($"The process of the cases did not begin: exit code {exit}");
            ended.Add($"{last} ended the process with {exit}");
            next = int.Parse(last.Split(' ')[1].TrimEnd(':'), CultureInfo.InvariantCulture) + 1;
        }

        string[] wrong = [.. ended, .. lines.Where(l => l.StartsWith("wrong", StringComparison.Ordinal))];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
        int refused = lines.Count(l => l.StartsWith("refused", StringComparison.Ordinal)), ran = lines.Count(l => l == "ran");
        Assert.True(refused > cases / 4 && ran > cases / 20, $"{refused} refused, {ran} ran");
    }

    /// <summary>What the process does that the test starts; by itself it is never run.</summary>
    [Fact(Explicit = true)]
    public async Task Run_the_cases()
    {
        var stop = TestContext.Current.CancellationToken;
        string log = Environment.GetEnvironmentVariable(Log)!;
        using FuzzedFolder sample = FuzzedFolder.Sample("sentiment"), classifier = Classifier(), embedder = Embedder(), translator = Translator();
        (FuzzedFolder Folder, string Name)[] graphs =
        [
            (sample, "onnx/model.onnx"), (classifier, "model.onnx"), (embedder, "model.onnx"), (translator, "onnx/encoder_model.onnx"),
            (translator, "onnx/decoder_model.onnx"), (translator, "onnx/decoder_with_past_model.onnx"),
        ];
        byte[][] originals = [.. graphs.Select(g => File.ReadAllBytes(g.Folder[g.Name]))];
        for (int n = Number(First, 0); n < Number(Count, 0); n++)
        {
            int which = n % graphs.Length;
            var (folder, name) = graphs[which];
            var (content, description) = GraphMutation.Of(originals[which], new Random(n));
            await File.AppendAllTextAsync(log, $"case {n}: {name} of graph {which}, {description}\n", stop);
            await File.WriteAllBytesAsync(folder[name], content, stop);
            await File.AppendAllTextAsync(log, await OutcomeAsync(folder, n) + "\n", stop);
            await File.WriteAllBytesAsync(folder[name], originals[which], stop);
        }

        await File.AppendAllTextAsync(log, "end\n", stop);
    }

    private static async Task<string> OutcomeAsync(FuzzedFolder folder, int n)
    {
        try
        {
            await folder.AnswerAsync();
            using var self = Process.GetCurrentProcess();
            return self.PeakWorkingSet64 >> 10 > MaxKilobytes ? $"wrong {n}: the process has taken {self.PeakWorkingSet64 >> 20} MB" : "ran";
        }
        catch (ModelFormatException e)
        {
            bool isClear = e.Message.Contains(folder[""], StringComparison.Ordinal);
            return isClear ? "refused " + e.Message.ReplaceLineEndings(" ") : $"wrong {n}: refused with {e.Message.ReplaceLineEndings(" ")}";
        }
        catch (Exception e)
        {
            return $"wrong {n}: {e.ToString().ReplaceLineEndings(" ")}";
        }
    }

    private static async Task<int> RunAsync(string log, int first, int cases)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "BatchInfer.UnitTests.exe" : "BatchInfer.UnitTests"))
        {
            ArgumentList = { "-method", $"{typeof(GraphFuzzTests).FullName}.{nameof(Run_the_cases)}", "-explicit", "only" },
            Environment = { [Log] = log, [First] = first.ToString(CultureInfo.InvariantCulture), [Count] = cases.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken),
                process.WaitForExitAsync(TestContext.Current.CancellationToken));
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static FuzzedFolder Classifier()
    {
        var folder = TestModelFolder.Classifier(TestModelFolder.Table(2, (id, i) => id * (i - 0.5f)), "NEGATIVE", "POSITIVE");
        return new FuzzedFolder(folder.Save(), "good film", "bad film a cafe");
    }

    private static FuzzedFolder Embedder()
    {
        var folder = TestModelFolder.Embedder();
        return new FuzzedFolder(folder.Save(), "good film", "bad film a cafe");
    }

    private static FuzzedFolder Translator()
    {
        string path = Path.Combine(Path.GetTempPath(), "batchinfer-" + Path.GetRandomFileName());
        TinyTranslator.Write(path);
        return new FuzzedFolder(path, "one two three", "eight seven six five four three two one");
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : otherwise;
}
