using BatchInfer.Contracts;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Runs a model once on a short text when it is loaded, so that files that do not fit each other are found before any job.</summary>
internal static class ModelProbe
{
    public static void Check(ModelPackage package, TextTokenizer tokenizer, OnnxModel model)
    {
        var window = new TokenizedWindow();
        using var workspace = new RunWorkspace();
        try
        {
            using (var encoder = tokenizer.CreateEncoder()) window.Add(0, new TextInput("a", null), encoder, new EncodeOptions(package.Config.ContextLength));
            window.Plan(1);
            if (window.BatchEnds.Count == 0) return;
            foreach (var (task, output) in package.Outputs)
            {
                int width = model.Run(window, 0, 1, output, workspace).Width;
                if (task == TaskNames.TextClassification && width != package.Descriptor.Labels.Count)
                    throw new ModelFormatException($"{package.Config.Path} names {package.Descriptor.Labels.Count} labels (\"id2label\"), but {package.GraphPath} gives {width} logits. Use the config that belongs to this graph.");
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelFormatException($"{package.GraphPath} fails on a text of one word: {e.Message.Trim()} Check that tokenizer.json and config.json belong to this graph.", e);
        }
        finally
        {
            window.Dispose();
        }
    }
}
