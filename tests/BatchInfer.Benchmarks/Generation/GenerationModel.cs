using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>A model that generates, loaded as a worker loads it: its engine, and its graphs alone for the bare step loop.</summary>
internal sealed class GenerationModel : IDisposable
{
    private readonly ModelPackage _package;
    private readonly TextTokenizer _source;
    private readonly SpecialTokens _special;
    private readonly GenerationDefaults _defaults;
    private readonly EncoderGraph? _encoder;
    private readonly DecoderGraph _decoder;

    public GenerationModel(ModelPackage package, InferenceOptions options)
    {
        var files = package.Generation ?? throw new ArgumentException($"{package.Descriptor.Name} does not generate.");
        _package = package;
        _source = TextTokenizer.Load(package.Directory);
        _special = File.Exists(Path.Combine(package.Directory, TextGenerator.TargetTokenizer))
            ? TextTokenizer.Load(package.Directory, TextGenerator.TargetTokenizer).SpecialTokens : _source.SpecialTokens;
        _defaults = GenerationDefaults.Read(package.Directory, package.Config.ContextLength);
        Engine = new GenerationEngine(Name, files, package.Config, options);
        _encoder = files.Encoder is { } encoder ? new EncoderGraph(encoder, package.Config.PadTokenId) : null;
        _decoder = new DecoderGraph(files, package.Config.CacheHeads, package.Config.HeadSize);
        Loop = new StepLoop(_encoder, _decoder, Settings(1).DecoderStartToken);
    }

    public string Name => _package.Descriptor.Name;

    public GenerationEngine Engine { get; }

    public StepLoop Loop { get; }

    public int ContextLength => _package.Config.ContextLength;

    /// <summary>The token that begins every prompt, or null.</summary>
    public int? Bos => _source.SpecialTokens.Bos;

    /// <summary>What a job has with these numbers of new tokens.</summary>
    public GenerationSettings Settings(int most, int least = 0)
    {
        var asked = InferenceParameters.Parse($$"""{"max_new_tokens":{{most}},"min_new_tokens":{{least}}}""");
        string defaults = _package.Descriptor.Tasks[_package.Descriptor.DefaultTask];
        return new GenerationSettingsReader(_defaults, _special, InferenceParameters.Parse(defaults).With(asked)).Read(_encoder is not null);
    }

    /// <summary>Tokens of texts, as a job makes them.</summary>
    public int[][] Tokenize(IReadOnlyList<string> texts)
    {
        using var call = Engine.CreateCall(Settings(1), CancellationToken.None);
        return [.. new PromptEncoder(_source, ContextLength, _encoder is not null).Encode(call, [.. texts.Select(t => new TextInput(t, null))]).Select(r => r.Ids)];
    }

    public void Dispose()
    {
        _decoder.Dispose();
        _encoder?.Dispose();
        Engine.Dispose();
    }
}
