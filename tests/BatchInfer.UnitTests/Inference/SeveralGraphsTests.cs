using BatchInfer.Inference;
using BatchInfer.UnitTests.Generation;

namespace BatchInfer.UnitTests.Inference;

/// <summary>Models of several graphs are copied, described and quantised as a whole.</summary>
public sealed class SeveralGraphsTests
{
    private const int TableSize = TinyGraphs.Vocabulary * TinyGraphs.Width;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_copy_has_the_weights_of_all_graphs()
    {
        using var model = new TemporaryModel();
        File.WriteAllBytes(Path.Combine(model.Folder, "onnx", "encoder_model.onnx"), new TestGraph()
            .ExternalInitializer("table", TinyGraphs.Vocabulary, TinyGraphs.Width, "encoder.weights").Node("Gather", ["table", "input_ids"], "last_hidden_state")
            .Input("input_ids").Output("last_hidden_state", -1, -1, TinyGraphs.Width).ToModel());
        File.WriteAllBytes(Path.Combine(model.Folder, "onnx", "encoder.weights"), new byte[TableSize * sizeof(float)]);
        string to = model.Folder + "-copy";
        try
        {
            Assert.Equal(model.Read().Descriptor.Revision, Assert.Single(ModelCopy.Add(model.Folder, to, link: false, Cancellation)).Descriptor.Revision);
            Assert.True(File.Exists(Path.Combine(to, "onnx", "encoder.weights")));
        }
        finally
        {
            if (Directory.Exists(to)) Directory.Delete(to, recursive: true);
        }
    }

    [Fact]
    public void Details_are_of_all_graphs()
    {
        using var model = new TemporaryModel();
        var details = ModelDetails.Read(model.Read());
        // The encoder's table, and the decoder's with its head; the second decoder has those again.
        Assert.Equal(3 * TableSize, details.Parameters);
        Assert.Contains(details.Inputs, i => i.StartsWith("attention_mask", StringComparison.Ordinal));
        Assert.Contains(details.Inputs, i => i.StartsWith("past_key_values", StringComparison.Ordinal));
        Assert.Contains(details.Outputs, o => o.StartsWith("last_hidden_state", StringComparison.Ordinal));
        Assert.Equal(details.Inputs.Distinct(StringComparer.Ordinal), details.Inputs);
        Assert.Equal(("WordPiece", false), (details.Tokenizer, details.IsQuantized));
    }

    [Theory]
    [InlineData("", "encoder_model.onnx, decoder_model_merged.onnx")]
    [InlineData("fp32", "encoder_model_fp32.onnx, decoder_model_merged_fp32.onnx")]
    public void The_graphs_that_are_run_are_quantised_also_of_a_variant(string variant, string graphs)
    {
        const string name = "misaki-g2p-bart-us";
        string source = Assets.Model(name);
        string folder = Directory.CreateTempSubdirectory("batchinfer-").FullName, target = folder + "-int8";
        try
        {
            foreach (string file in Directory.EnumerateFiles(source, "*.json")) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            foreach (string stem in (string[])["encoder_model", "decoder_model", "decoder_model_merged"])
                File.Copy(Path.Combine(source, "onnx", stem + ".onnx"), Path.Combine(folder, variant.Length == 0 ? stem + ".onnx" : $"{stem}_{variant}.onnx"));
            var model = Assert.Single(ModelPackage.Read(name, folder));
            var report = ModelQuantizer.Quantize(model, target, null, Cancellation);
            Assert.Equal(graphs, string.Join(", ", report.GraphPaths.Select(Path.GetFileName)));
            Assert.True(Assert.Single(ModelPackage.Read(name, target)).Generation!.RowsAreEntangled);
            var refused = Assert.Throws<ModelFormatException>(() => ModelQuantizer.Quantize(model, target, [new TextInput("a", null)], Cancellation));
            Assert.Contains("not run on samples", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
        }
    }

    [Fact]
    public void A_decoder_by_itself_is_not_run_on_samples()
    {
        using var folder = new TestModelFolder("ParrotForCausalLM");
        folder.Config["eos_token_id"] = TestModelFolder.Sep;
        folder.Write("model.onnx", TinyGraphs.Bigrams(TestModelFolder.Table(TestModelFolder.Vocabulary.Length, (_, _) => 0)));
        var refused = Assert.Throws<ModelFormatException>(() => ModelQuantizer.Quantize(folder.Read()[0], folder.Root, [new TextInput("a", null)], Cancellation));
        Assert.Contains("not run on samples", refused.Message, StringComparison.Ordinal);
    }
}
