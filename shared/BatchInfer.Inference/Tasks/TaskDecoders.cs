using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Chooses the decoder for a task and its parameters.</summary>
internal static class TaskDecoders
{
    /// <exception cref="ArgumentException">The model cannot do the task, or a parameter is wrong.</exception>
    public static ITaskDecoder Create(ModelPackage package, string task, InferenceParameters parameters)
    {
        foreach (var (name, output) in package.Outputs)
        {
            if (name != task) continue;
            foreach (var (parameter, problem) in TaskCatalog.Validate(task, parameters))
                throw new ArgumentException($"Parameter {parameter} {problem}.", nameof(parameters));
            return task == TaskNames.TextClassification
                ? new ClassificationDecoder(output, package.Descriptor.Labels, parameters.GetString("function", "softmax") == "sigmoid")
                : new EmbeddingDecoder(output, ReadPooling(output, parameters), parameters.GetBool("normalize", true));
        }

        throw new ArgumentException($"The model {package.Descriptor.Name} does not do {task}; it does: {string.Join(", ", package.Outputs.Select(o => o.Task))}.", nameof(task));
    }

    private static Pooling? ReadPooling(OnnxTensorInfo output, InferenceParameters parameters) => output.Rank == 2
        ? null
        : parameters.GetString("pooling", "mean") switch { "cls" => Pooling.Cls, "max" => Pooling.Max, _ => Pooling.Mean };
}
