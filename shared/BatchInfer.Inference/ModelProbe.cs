using System.Numerics.Tensors;
using BatchInfer.Contracts;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Runs a model once on a short text when it is loaded, so that files that do not fit each other are found before any job.</summary>
internal static class ModelProbe
{
    // Enough for what half precision makes of a row beside longer ones, far from what another row's words do.
    private const float Tolerance = 1e-2f;

    /// <summary>Checks the graph against the other files.</summary>
    /// <returns>Whether the rows of a batch change each other, so that each must run by itself.</returns>
    /// <exception cref="ModelFormatException">They do not fit.</exception>
    public static bool Check(ModelPackage package, TextTokenizer tokenizer, OnnxModel model)
    {
        var window = new TokenizedWindow(withDetails: false);
        using var workspace = new RunWorkspace();
        try
        {
            using (var encoder = tokenizer.CreateEncoder())
                foreach (string text in (string[])["a", "The other row is longer, so that this one is padded: 1 2 3."])
                {
                    window.AddText(new TextInput(text, null), new RowOptions(new EncodeOptions(package.Config.ContextLength)), encoder, long.MaxValue);
                    window.EndInput(0, 0);
                }

            window.Plan(int.MaxValue);
            if (window.BatchEnds.Count == 0) return false;
            bool entangled = false;
            foreach (var task in package.Outputs) entangled |= Check(package, task, window, model, workspace);
            return entangled;
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelFormatException($"{package.GraphPath} fails on a text of a few words: {e.Message.Trim()} Check that tokenizer.json and config.json belong to this graph.", e);
        }
        finally
        {
            window.Dispose();
        }
    }

    private static bool Check(ModelPackage package, ModelTask task, TokenizedWindow window, OnnxModel model, RunWorkspace workspace)
    {
        // The shortest row stands last. What the graph says of its outputs' shapes is not believed before it is seen.
        OnnxTensorInfo[] unsaid = [.. task.Outputs.Select(o => o with { Shape = null })];
        int rows = window.RowCount, tokens = window.LengthOf(window.RowAt(rows - 1)), longest = window.LengthOf(window.RowAt(0));
        var outputs = model.Run(window, rows - 1, rows, unsaid, workspace);
        var alone = new float[outputs.Length][];
        for (int i = 0; i < outputs.Length; i++)
        {
            Check(package, task, i, outputs[i], tokens);
            alone[i] = outputs[i].Values.ToArray();
        }

        if (rows < 2) return false;
        bool entangled = false;
        outputs = model.Run(window, 0, rows, unsaid, workspace);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i].Values.Length % rows != 0 || outputs[i].Values.Length / rows < alone[i].Length) throw Wrong(package, task, i, outputs[i], longest, "as many rows as are put in");
            entangled |= !AreClose(alone[i], outputs[i].Values.Span[^(outputs[i].Values.Length / rows)..][..alone[i].Length]);
        }

        return entangled;
    }

    private static bool AreClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        float size = TensorPrimitives.MaxMagnitude(expected);
        for (int i = 0; i < expected.Length; i++)
            if (!(expected[i] == actual[i] || Math.Abs(expected[i] - actual[i]) <= Tolerance * Math.Abs(size))) return false;
        return true;
    }

    private static void Check(ModelPackage package, ModelTask task, int number, ModelOutput output, int tokens)
    {
        int labels = package.Descriptor.Labels.Count;
        bool ofTokens = output.Values.Length == (long)tokens * output.Width && (tokens > 1 || task.Outputs[number].Rank is 3 or null);
        if (task.Outputs[number].Shape is [.., > 0 and var said] && said != output.Width)
            throw new ModelFormatException($"{package.GraphPath} says that {task.Outputs[number]} has {said} values in its last dimension, and gives {output.Width}. Export the model again.");
        switch (task.Task)
        {
            case TaskNames.TextClassification or TaskNames.TokenClassification when output.Width != labels:
                throw new ModelFormatException($"{package.Config.Path} names {labels} labels (\"id2label\"), but {package.GraphPath} gives {output.Width} logits. Use the config that belongs to this graph.");
            case TaskNames.TextClassification when output.Values.Length != labels: throw Wrong(package, task, number, output, tokens, "[batch, labels]");
            case TaskNames.TokenClassification when !ofTokens: throw Wrong(package, task, number, output, tokens, "[batch, sequence, labels]");
            case TaskNames.FillMask when !ofTokens: throw Wrong(package, task, number, output, tokens, "[batch, sequence, vocabulary]");
            case TaskNames.QuestionAnswering when output.Values.Length != tokens: throw Wrong(package, task, number, output, tokens, "[batch, sequence]");
            case TaskNames.FeatureExtraction when output.Values.Length != output.Width && !ofTokens: throw Wrong(package, task, number, output, tokens, "[batch, sequence, width] or [batch, width]");
            case TaskNames.FeatureExtraction when TaskDefaults.Dimensions(task, package.Config) is { } width && width != output.Width:
                throw new ModelFormatException($"{package.Config.Path} says \"hidden_size\" {width}, but {package.GraphPath} gives vectors of {output.Width} values. Use the config that belongs to this graph.");
        }
    }

    private static ModelFormatException Wrong(ModelPackage package, ModelTask task, int number, ModelOutput output, int tokens, string expected) => new(
        $"{package.GraphPath} gives {output.Values.Length} values of {task.Outputs[number].Name} for a text of {tokens} tokens, the last dimension {output.Width}; {task.Task} needs {expected}. Export the model again.");
}
