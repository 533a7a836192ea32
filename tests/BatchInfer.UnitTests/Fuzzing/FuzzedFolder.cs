using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.UnitTests.Inference;

namespace BatchInfer.UnitTests.Fuzzing;

/// <summary>A model's folder whose files are changed one at a time, and what the model answers to a few texts.</summary>
internal sealed class FuzzedFolder : IDisposable
{
    private readonly string _folder;
    private readonly TextInput[] _inputs;

    /// <param name="folder">The folder, which goes when this is disposed.</param>
    /// <param name="texts">Texts to answer.</param>
    public FuzzedFolder(string folder, params string[] texts) => (_folder, _inputs) = (folder, [.. texts.Select(t => new TextInput(t, null))]);

    /// <summary>A copy of a model of the samples.</summary>
    public static FuzzedFolder Sample(string name)
    {
        string source = Path.Combine(Repository.SampleModels, name), folder = Directory.CreateTempSubdirectory("batchinfer-").FullName;
        foreach (string path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }

        return new FuzzedFolder(folder, "a good film", "It is bad, and far too long for what it says!", "caf\u00e9 \u4e2d\u6587 \ud83d\ude00");
    }

    public string this[string name] => Path.Combine(_folder, name);

    /// <summary>Changes a file so many times, each time beginning with the file as it was.</summary>
    /// <returns>How many were refused, and how many taken.</returns>
    public async Task<(int Refused, int Taken)> FuzzAsync(string name, int cases)
    {
        string original = await File.ReadAllTextAsync(this[name]);
        string[] expected = await AnswerAsync();
        int refused = 0, taken = 0;
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: seeds 0 to {cases - 1}");
        for (int seed = 0; seed < cases; seed++)
        {
            var mutation = JsonMutation.Of(original, new Random(seed));
            await File.WriteAllBytesAsync(this[name], mutation.Content);
            try
            {
                string[] answers = await AnswerAsync();
                taken++;
                if (mutation.MeansNothing) Assert.Equal(expected, answers);
            }
            catch (ModelFormatException e)
            {
                refused++;
                // Which file it is; for files that do not fit each other, one of them.
                Assert.Contains(_folder, e.Message, StringComparison.Ordinal);
                Assert.InRange(e.Message.Length, 20, 4000);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{name}, seed {seed}, {mutation.Description}: {e.GetType().Name}: {e.Message}", e);
            }
        }

        await File.WriteAllTextAsync(this[name], original);
        Assert.Equal(expected, await AnswerAsync());
        return (refused, taken);
    }

    /// <summary>What the model says to each text: the output, or the error row.</summary>
    public async Task<string[]> AnswerAsync()
    {
        var package = Assert.Single(ModelPackage.Read("fuzzed", _folder));
        using var engine = InferenceEngine.Load(package, new InferenceOptions { ParallelRuns = 1 });
        // As at submit: a default that a model's file has made wrong must not get through to its records.
        var parameters = EffectiveParameters.Of(package.Descriptor, package.Descriptor.DefaultTask, InferenceParameters.Empty);
        Assert.Null(parameters.Problem);
        var rows = await engine.RunAsync(_inputs);
        return [.. rows.Select(r => r.Json ?? $"{r.ErrorCode}: {r.ErrorMessage}")];
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
