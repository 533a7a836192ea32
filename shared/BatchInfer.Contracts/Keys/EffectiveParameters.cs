using System.Text.Json.Nodes;

namespace BatchInfer.Contracts;

/// <summary>
/// The parameters by which a job is keyed and run: the model's defaults with the job's own over them, written the one way in
/// which they mean what they mean, without what changes nothing beside the others.
/// </summary>
/// <param name="Parameters">The parameters, or null when something is wrong.</param>
/// <param name="Name">The parameter that is wrong, or null.</param>
/// <param name="Problem">What is wrong with it, or null.</param>
public readonly record struct EffectiveParameters(InferenceParameters? Parameters, string? Name, string? Problem)
{
    /// <summary>Characters of all parameters together, as JSON: they travel with every message of a job.</summary>
    public const int MaxSize = 64 * 1024;

    private const int MostNamed = 30;

    /// <summary>Works them out for a task that the model does.</summary>
    /// <param name="model">The model.</param>
    /// <param name="task">One of its tasks.</param>
    /// <param name="given">What the job gives.</param>
    public static EffectiveParameters Of(ModelDescriptor model, string task, InferenceParameters given)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Of(task, InferenceParameters.Parse(model.Tasks[task]), model.ContextLength, model.Labels, model.Prompts, given);
    }

    /// <summary>Works them out for a task that the model does.</summary>
    /// <param name="model">The model, as the API shows it.</param>
    /// <param name="task">One of its tasks.</param>
    /// <param name="given">What the job gives.</param>
    public static EffectiveParameters Of(ModelResource model, string task, InferenceParameters given)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Of(task, InferenceParameters.From(model.Tasks[task]), model.ContextLength, model.Labels, model.Prompts, given);
    }

    private static EffectiveParameters Of(
        string task, InferenceParameters defaults, int contextLength, IReadOnlyList<string> labels, IReadOnlyDictionary<string, string>? prompts, InferenceParameters given)
    {
        ArgumentNullException.ThrowIfNull(given);
        if (TooLarge(given) is { } large) return large;
        foreach (var (name, problem) in TaskCatalog.Validate(task, given)) return new(null, name, problem);
        var spec = TaskCatalog.Tasks[task];
        var values = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (string name in defaults.Names) values[name] = spec.Find(name)?.Canonical(defaults.Get(name)!) ?? defaults.Get(name)!;
        foreach (string name in given.Names)
        {
            var parameter = spec.Find(name)!;
            if (parameter.HasDefault && !values.ContainsKey(parameter.Name)) return new(null, name, "changes nothing with this model");
            var value = given.Get(name)!;
            if (parameter.DefaultIsLargest && value.GetValue<int>() > values[parameter.Name].GetValue<int>())
                return new(null, name, $"must be at most {values[parameter.Name]}, what this model gives");
            if (parameter.DefaultIsAll && value.GetValue<int>() > values[parameter.Name].GetValue<int>()) continue;
            value = parameter.Canonical(value);
            if (parameter.NamesLabels && UnknownLabel(value, values[parameter.Name], labels) is { } label)
                return new(null, name, $"names '{label}', which is no label of this model. Its labels are: {Some(labels)}");
            values[parameter.Name] = value;
        }

        if (values.TryGetValue(TaskCatalog.MaxLength, out var length) && length.GetValue<int>() > contextLength)
            return new(null, TaskCatalog.MaxLength, $"must be at most {contextLength}, the model's context length");
        if (FitStride(values, spec, given) is { } gap) return new(null, TaskCatalog.Stride, gap);
        if (TakePrompt(values, prompts, given) is { } wrong) return new(null, TaskCatalog.PromptName, wrong);
        foreach (var parameter in spec.Parameters)
        {
            if (parameter.OnlyWith is not { } condition || values.GetValueOrDefault(condition.Name) is not { } beside) continue;
            if (beside.ToString() == condition.Value) continue;
            if (given.Get(parameter.Name) is not null || (parameter.Alias is { } alias && given.Get(alias) is not null))
                return new(null, parameter.Name, $"changes something only with {condition.Name}={condition.Value}");
            values.Remove(parameter.Name);
        }

        var effective = InferenceParameters.From(new JsonObject(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value.DeepClone()))));
        return spec.Check?.Invoke(effective) is { } conflict ? new(null, conflict.Name, conflict.Problem) : TooLarge(effective) ?? new(effective, null, null);
    }

    // Names the largest, which is the one to make smaller. JSON is written in ASCII here: its characters are its bytes.
    private static EffectiveParameters? TooLarge(InferenceParameters parameters) => parameters.CanonicalJson.Length <= MaxSize
        ? null
        : new(null, parameters.Names.MaxBy(n => parameters.Get(n)!.ToJsonString().Length),
            $"is too large: all parameters have {parameters.CanonicalJson.Length} characters together as JSON, and at most {MaxSize} are taken");

    // Windows must go on. A default made for longer ones gives way, what was said does not.
    private static string? FitStride(Dictionary<string, JsonNode> values, TaskSpec spec, InferenceParameters given)
    {
        if (!values.TryGetValue(TaskCatalog.Stride, out var stride) || !values.TryGetValue(TaskCatalog.MaxLength, out var length)) return null;
        int overlap = stride.GetValue<int>(), room = length.GetValue<int>();
        if (given.Names.Any(n => spec.Find(n)!.Name == TaskCatalog.Stride)) return overlap < room ? null : $"must be less than {TaskCatalog.MaxLength}, {room}";
        if (overlap > room / 2) values[TaskCatalog.Stride] = room / 2;
        return null;
    }

    // The default may name what the model lacks: most taggers call what is no entity O, and not all.
    private static string? UnknownLabel(JsonNode names, JsonNode defaults, IReadOnlyList<string> labels)
    {
        if (labels.Count == 0) return null;
        var known = labels.Concat(labels.Select(KindOf)).Concat(defaults.AsArray().Select(d => d!.GetValue<string>())).ToHashSet(StringComparer.Ordinal);
        return names.AsArray().Select(n => n!.GetValue<string>()).FirstOrDefault(n => !known.Contains(n));
    }

    // B-PER and I-PER are entities of the kind PER.
    private static string KindOf(string label) => label[(label.IndexOf('-', StringComparison.Ordinal) + 1)..];

    private static string Some(IReadOnlyList<string> labels) =>
        labels.Count <= MostNamed ? string.Join(", ", labels) : $"{string.Join(", ", labels.Take(MostNamed))} and {labels.Count - MostNamed} more";

    private static string? TakePrompt(Dictionary<string, JsonNode> values, IReadOnlyDictionary<string, string>? prompts, InferenceParameters given)
    {
        if (!values.Remove(TaskCatalog.PromptName, out var name)) return null;
        if (given.Get(TaskCatalog.Prefix) is not null) return $"stands for a {TaskCatalog.Prefix}; give one of the two";
        if (prompts is null or { Count: 0 }) return "names nothing: the model has no prompts";
        if (!prompts.TryGetValue(name.GetValue<string>(), out string? prefix)) return $"must be one of the model's prompts: {string.Join(", ", prompts.Keys)}";
        values[TaskCatalog.Prefix] = prefix;
        return null;
    }
}
