using System.Runtime.CompilerServices;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>The tasks of a language model: texts in, written or scored texts out.</summary>
internal sealed class TextGenerator : IDisposable
{
    private readonly ModelPackage _package;
    private readonly TextTokenizer _source, _target;
    private readonly GenerationDefaults _defaults;
    private readonly GenerationEngine _engine;
    private readonly ContinuedText _text;

    /// <exception cref="ModelFormatException">A graph or tokenizer cannot be used.</exception>
    public TextGenerator(ModelPackage package, TextTokenizer tokenizer, InferenceOptions options)
    {
        _package = package;
        _source = tokenizer;
        _target = File.Exists(Path.Combine(package.Directory, TargetTokenizer)) ? TextTokenizer.Load(package.Directory, TargetTokenizer) : tokenizer;
        _defaults = GenerationDefaults.Read(package.Directory, package.Config.ContextLength);
        _engine = new GenerationEngine(package.Descriptor.Name, package.Generation!, package.Config, options);
        try
        {
            if (_engine.Vocabulary is { } vocabulary) VocabularyCheck.Check(_defaults, package.Directory, vocabulary);
        }
        catch
        {
            _engine.Dispose();
            throw;
        }

        _text = new ContinuedText(_target, _engine.IsEncoderDecoder);
    }

    /// <summary>Tokenizer of the texts that are written, where it is another than that of the sources.</summary>
    public const string TargetTokenizer = "tokenizer_target.json";

    /// <summary>Writes or scores texts.</summary>
    /// <param name="task">One of the model's tasks.</param>
    /// <param name="parameters">Parameters over the model's defaults.</param>
    /// <param name="inputs">The inputs; read while the results are enumerated.</param>
    /// <param name="stop">Ends the call.</param>
    /// <returns>Rows in the order in which they are done, as many at once as are there.</returns>
    /// <exception cref="RefusedParameterException">The model does not do the task, or a parameter is wrong.</exception>
    public IAsyncEnumerable<RowOutput[]> InferAsync(string task, InferenceParameters parameters, IReadOnlyList<TextInput> inputs, CancellationToken stop)
    {
        if (!_package.Descriptor.Tasks.TryGetValue(task, out string? defaults))
            throw new RefusedParameterException($"The model {_package.Descriptor.Name} does not do {task}; it does: {string.Join(", ", _package.Descriptor.Tasks.Keys)}.");
        parameters = InferenceParameters.Parse(defaults).With(parameters);
        foreach (var (parameter, problem) in TaskCatalog.Validate(task, parameters))
            throw new RefusedParameterException($"Parameter {parameter} {problem}.");
        if (TaskCatalog.Tasks[task].Check?.Invoke(parameters) is { } conflict)
            throw new RefusedParameterException($"Parameter {conflict.Name} {conflict.Problem}.");
        if (_engine.Vocabulary is { } vocabulary) VocabularyCheck.Check(parameters, vocabulary);
        var settings = new GenerationSettingsReader(_defaults, _target.SpecialTokens, parameters).Read(_engine.IsEncoderDecoder);
        return InferAsync(settings, task == TaskNames.TextScoring ? Scoring() : null, inputs, stop);
    }

    public void Dispose() => _engine.Dispose();

    private async IAsyncEnumerable<RowOutput[]> InferAsync(
        GenerationSettings settings, TextScoring? scoring, IReadOnlyList<TextInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = _engine.CreateCall(
            settings, cancellationToken, settings.StopStrings.Length > 0 ? new StopStrings(_text, settings.StopStrings) : null, scoring);
        var output = new GenerationOutput(_target, _text, call);
        var prompts = new PromptEncoder(_source, _package.Config.ContextLength, _engine.IsEncoderDecoder).Encode(call, inputs);
        await foreach (var results in _engine.RunAsync(call, prompts, cancellationToken).ConfigureAwait(false))
            yield return [.. results.Select(r => output.Row(r))];
    }

    private TextScoring Scoring()
    {
        if (_package.Outputs.Count == 0) return TextScoring.Causal;
        var special = _source.SpecialTokens;
        int mask = special.Mask ?? throw new ModelFormatException($"{_package.Directory}: its tokenizer names no mask_token, which scoring by a masked model needs. Add it to tokenizer_config.json.");
        return new TextScoring(true, mask, ((int?[])[special.Bos, special.Eos, special.Classifier, special.Separator, special.Padding]).OfType<int>().ToHashSet());
    }
}
