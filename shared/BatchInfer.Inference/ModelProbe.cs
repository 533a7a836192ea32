using BatchInfer.Contracts;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Runs a model once on a short text when it is loaded, so that files that do not fit each other are found before any job.</summary>
internal static class ModelProbe
{
    public static void Check(ModelPackage package, TextTokenizer tokenizer, OnnxModel model)
    {
        var window = new TokenizedWindow(withDetails: false);
        using var workspace = new RunWorkspace();
        try
        {
            using (var encoder = tokenizer.CreateEncoder()) window.AddText(new TextInput("a", null), new RowOptions(new EncodeOptions(package.Config.ContextLength)), encoder, long.MaxValue);
            window.EndInput(0, 0);
            window.Plan(1);
            if (window.BatchEnds.Count == 0) return;
            foreach (var task in package.Outputs)
            {
                var outputs = model.Run(window, 0, 1, task.Outputs, workspace);
                for (int i = 0; i < outputs.Length; i++) Check(package, task, i, outputs[i], window.LengthOf(0));
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

    private static void Check(ModelPackage package, ModelTask task, int number, ModelOutput output, int tokens)
    {
        int labels = package.Descriptor.Labels.Count;
        bool ofTokens = output.Values.Length == (long)tokens * output.Width && (tokens > 1 || task.Outputs[number].Rank is 3 or null);
        switch (task.Task)
        {
            case TaskNames.TextClassification or TaskNames.TokenClassification when output.Width != labels:
                throw new ModelFormatException($"{package.Config.Path} names {labels} labels (\"id2label\"), but {package.GraphPath} gives {output.Width} logits. Use the config that belongs to this graph.");
            case TaskNames.TextClassification when output.Values.Length != labels: throw Wrong("[batch, labels]");
            case TaskNames.TokenClassification when !ofTokens: throw Wrong("[batch, sequence, labels]");
            case TaskNames.FillMask when !ofTokens: throw Wrong("[batch, sequence, vocabulary]");
            case TaskNames.QuestionAnswering when output.Values.Length != tokens: throw Wrong("[batch, sequence]");
            case TaskNames.FeatureExtraction when output.Values.Length != output.Width && !ofTokens: throw Wrong("[batch, sequence, width] or [batch, width]");
            case TaskNames.FeatureExtraction when TaskDefaults.Dimensions(task, package.Config) is { } width && width != output.Width:
                throw new ModelFormatException($"{package.Config.Path} says \"hidden_size\" {width}, but {package.GraphPath} gives vectors of {output.Width} values. Use the config that belongs to this graph.");
        }

        ModelFormatException Wrong(string expected) => new(
            $"{package.GraphPath} gives {output.Values.Length} values of {task.Outputs[number].Name} for a text of {tokens} tokens, the last dimension {output.Width}; {task.Task} needs {expected}. Export the model again.");
    }
}
