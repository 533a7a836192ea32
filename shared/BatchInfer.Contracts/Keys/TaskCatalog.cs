namespace BatchInfer.Contracts;

/// <summary>Which parameters and texts each task takes. Submit checks against it; what is not named here is refused by name.</summary>
public static class TaskCatalog
{
    /// <summary>The parameter that says how long a row may be.</summary>
    public const string MaxLength = "max_length";

    /// <summary>The parameter that says how many tokens neighbouring windows share.</summary>
    public const string Stride = "stride";

    /// <summary>The parameter that holds the text put before each text.</summary>
    public const string Prefix = "prefix";

    /// <summary>The parameter that names one of the model's prompts; it stands for a <see cref="Prefix"/> and is never in a key.</summary>
    public const string PromptName = "prompt_name";

    /// <summary>Every task with what it takes.</summary>
    public static IReadOnlyDictionary<string, TaskSpec> Tasks { get; } = new Dictionary<string, TaskSpec>([.. EncoderTasks.All, .. GenerationTasks.All], StringComparer.Ordinal);

    /// <summary>Whether a task's model writes texts: its time is in what it writes rather than in what it reads.</summary>
    public static bool WritesText(string? task) => task is TaskNames.TextGeneration or TaskNames.Text2TextGeneration;

    /// <summary>Whether a task takes prompts: its model writes texts, or says how likely they are.</summary>
    public static bool TakesPrompt(string? task) => WritesText(task) || task is TaskNames.TextScoring;

    /// <summary>Checks parameters against a task, as far as can be said without the model.</summary>
    /// <returns>Pairs of parameter name and what is wrong with it; empty when all is well.</returns>
    public static IEnumerable<(string Name, string Problem)> Validate(string task, InferenceParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var spec = Tasks[task];
        foreach (string name in parameters.Names)
        {
            var parameter = spec.Find(name);
            string? problem = parameter is null
                ? $"is not a parameter of {task}; it takes: {string.Join(", ", spec.Parameters.Select(s => s.Name))}"
                : parameter.Check(parameters.Get(name)!);
            if (problem is null && parameter!.Name != name && parameters.Get(parameter.Name) is not null) problem = $"is another name of {parameter.Name}; give one of the two";
            if (problem is not null) yield return (name, problem);
        }

        foreach (var parameter in spec.Parameters)
            if (parameter.Required && parameters.Get(parameter.Name) is null) yield return (parameter.Name, $"is needed: {parameter.Help}");
    }
}
