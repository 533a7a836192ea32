using System.Text.Json.Nodes;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Generation;

/// <summary>The folder of a <see cref="TinyTranslator"/> that goes when it is disposed.</summary>
internal sealed class TemporaryModel : IDisposable
{
    public TemporaryModel(JsonObject? generation = null, string[]? target = null) => TinyTranslator.Write(Folder, generation, target);

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "batchinfer-" + Path.GetRandomFileName());

    public void SetTokenizerConfig(string json) => File.WriteAllText(Path.Combine(Folder, "tokenizer_config.json"), json);

    public ModelPackage Read() => Assert.Single(ModelPackage.Read("tiny", Folder));

    public InferenceEngine Load(InferenceOptions? options = null) => InferenceEngine.Load(Read(), options ?? new InferenceOptions { ParallelRuns = 2 });

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
