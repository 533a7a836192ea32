using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchInfer.Inference;

/// <summary>What a decoder is to do with some rows, all of one length.</summary>
/// <param name="Ids">Token ids, row after row: the new ones where there is a cache, else all.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Past">Tokens in the cache.</param>
/// <param name="Source">Encoded sources of the rows, or null for a decoder without encoder.</param>
internal readonly record struct DecoderStep(ReadOnlyMemory<long> Ids, int Rows, int Past, EncodedSource? Source);

/// <summary>
/// A decoder in any of the layouts that Optimum writes: one graph with cache inputs, two graphs, both merged in one, or without
/// a cache at all.
/// </summary>
internal sealed class DecoderGraph : IDisposable
{
    private readonly GraphSession _first, _next;
    private readonly IReadOnlyList<CacheTensor> _layout;
    private readonly string[] _firstOutputs, _nextOutputs;

    /// <param name="files">The model's graphs.</param>
    /// <param name="heads">Heads of the cache, where the graph does not say.</param>
    /// <param name="headSize">Size of a head, likewise.</param>
    /// <param name="provider">Where it is computed.</param>
    /// <exception cref="ModelFormatException">The graph takes what no decoder takes, or lacks an output.</exception>
    public DecoderGraph(GenerationFiles files, int? heads, int? headSize, ExecutionProviderKind provider = ExecutionProviderKind.Cpu)
    {
        var withPast = files.DecoderWithPast ?? files.Decoder;
        _layout = CacheLayout.Read(withPast, heads, headSize);
        foreach (var file in (ModelGraph[])[files.Decoder, withPast]) CheckInputs(file, files.IsEncoderDecoder);
        string logits = LogitsOf(files.Decoder);
        _firstOutputs = [logits, .. _layout.Select(t => Present(files.Decoder, t))];
        _nextOutputs = [LogitsOf(withPast), .. _layout.Where(t => !t.IsCross).Select(t => Present(withPast, t))];
        _first = new GraphSession(files.Decoder, provider);
        try
        {
            _next = files.DecoderWithPast is { } second ? new GraphSession(second, provider) : _first;
        }
        catch
        {
            _first.Dispose();
            throw;
        }
    }

    /// <summary>Path of the graph, for complaints.</summary>
    public string Path => _first.File.Path;

    /// <summary>Tensors of the cache; empty where every step must be given the whole text.</summary>
    public IReadOnlyList<CacheTensor> Layout => _layout;

    public bool HasCache => _layout.Count > 0;

    /// <summary>Bytes of cache that one token of one row takes.</summary>
    public long TokenBytes => _layout.Sum(t => t.TokenBytes);

    /// <summary>Logits of a token, as the graph says; null when it does not.</summary>
    public int? Vocabulary => _first.File.Graph.FindOutput(_firstOutputs[0])?.Width;

    /// <summary>Logits of whole texts, all tokens of them: [rows, tokens, vocabulary].</summary>
    public OrtValue RunWhole(in DecoderStep step, RunWorkspace workspace)
    {
        return Run(step, null, lastOnly: false, [_firstOutputs[0]], workspace)[0];
    }

    /// <summary>Runs one step.</summary>
    /// <param name="step">The rows and their tokens.</param>
    /// <param name="cache">Their cache, null before the first step; takes the cache after the step.</param>
    /// <param name="lastOnly">Whether the logits of the last token are enough, where the graph can be told.</param>
    /// <param name="workspace">Memory of the run slot.</param>
    /// <returns>Logits [rows, tokens, vocabulary], or of the last token only.</returns>
    public OrtValue Run(in DecoderStep step, ref KeyValueCache? cache, bool lastOnly, RunWorkspace workspace)
    {
        var outputs = Run(step, cache, lastOnly, cache is null ? _firstOutputs : _nextOutputs, workspace);
        Keep(outputs, ref cache);
        return outputs[0];
    }

    public void Dispose()
    {
        if (_next != _first) _next.Dispose();
        _first.Dispose();
    }

    private OrtValue[] Run(in DecoderStep step, KeyValueCache? cache, bool lastOnly, string[] outputs, RunWorkspace workspace)
    {
        var session = cache is null ? _first : _next;
        var inputs = new OrtValue[session.Inputs.Count];
        var owned = new List<OrtValue>(inputs.Length);
        try
        {
            for (int i = 0, past = 0; i < inputs.Length; i++)
                if (session.Inputs[i].Name == "encoder_hidden_states") inputs[i] = step.Source!.States;
                else if (!CacheLayout.IsPast(session.Inputs[i].Name)) owned.Add(inputs[i] = Create(session.Inputs[i], i, step, lastOnly, workspace));
                else if (cache is not null) inputs[i] = cache.Values[past++];
                else owned.Add(inputs[i] = Empty(_layout[past++], step.Rows));
            return session.Run(inputs, outputs, workspace);
        }
        finally
        {
            foreach (var input in owned) input.Dispose();
        }
    }

    private void Keep(OrtValue[] outputs, ref KeyValueCache? cache)
    {
        if (!HasCache) return;
        if (cache is null)
        {
            cache = new KeyValueCache(_layout, outputs[1..], _next.Allocator);
            return;
        }

        // A merged decoder gives the source's tensors back with no tokens: the first ones are kept instead.
        var present = new OrtValue?[_layout.Count];
        for (int i = 0, output = 1; i < present.Length; i++)
            if (!_layout[i].IsCross) present[i] = outputs[output++];
        cache.Grow(present);
    }

    private static OrtValue Create(OnnxTensorInfo input, int number, in DecoderStep step, bool lastOnly, RunWorkspace workspace)
    {
        int rows = step.Rows, tokens = step.Ids.Length / rows, total = step.Past + tokens;
        switch (input.Name)
        {
            case "input_ids":
                return StepTensors.Of(workspace, number, input, step.Ids.Span, rows, tokens);
            case "attention_mask" or "decoder_attention_mask":
                long[] mask = new long[checked(rows * total)];
                mask.AsSpan().Fill(1);
                return StepTensors.Of(workspace, number, input, mask, rows, total);
            case "position_ids":
                long[] positions = new long[step.Ids.Length];
                for (int i = 0; i < positions.Length; i++) positions[i] = step.Past + i % tokens;
                return StepTensors.Of(workspace, number, input, positions, rows, tokens);
            case "token_type_ids":
                return StepTensors.Of(workspace, number, input, new long[step.Ids.Length], rows, tokens);
            case "encoder_attention_mask":
                return StepTensors.Of(workspace, number, input, SourceMask(step.Source!), rows, step.Source!.Length);
            case "use_cache_branch":
                return StepTensors.Of(workspace, number, input, [step.Past > 0 ? 1 : 0], 1);
            default:
                return StepTensors.Of(workspace, number, input, [lastOnly ? 1 : 0]);
        }
    }

    private static long[] SourceMask(EncodedSource source)
    {
        long[] mask = new long[source.RealLengths.Length * source.Length];
        for (int row = 0; row < source.RealLengths.Length; row++) mask.AsSpan(row * source.Length, source.RealLengths[row]).Fill(1);
        return mask;
    }

    private OrtValue Empty(CacheTensor tensor, int rows) => OrtValue.CreateAllocatedTensorValue(
        _next.Allocator,
        tensor.ElementType == OnnxTensorInfo.Float16 ? TensorElementType.Float16 : TensorElementType.Float,
        tensor.ShapeOf(rows, 0));

    private static void CheckInputs(ModelGraph file, bool isEncoderDecoder)
    {
        foreach (var input in file.Graph.Inputs)
        {
            bool known = CacheLayout.IsPast(input.Name) || input.Name switch
            {
                "input_ids" or "attention_mask" or "position_ids" or "token_type_ids" or "num_logits_to_keep" or "decoder_attention_mask" or "use_cache_branch" => true,
                "encoder_hidden_states" or "encoder_attention_mask" => isEncoderDecoder,
                _ => false,
            };
            if (!known) throw new ModelFormatException($"{file.Path} takes the input {input}, which is not supported. Export the model again, e.g. with Optimum.");
        }

        if (file.Graph.FindInput("input_ids") is null) throw new ModelFormatException($"{file.Path} has no input input_ids (it takes: {string.Join("; ", file.Graph.Inputs)}).");
    }

    private static string LogitsOf(ModelGraph file) =>
        (file.Graph.FindOutput("logits") ?? file.Graph.Outputs.SingleOrDefault(o => !o.Name.StartsWith("present", StringComparison.Ordinal)))?.Name
        ?? throw new ModelFormatException($"{file.Path} has no output logits. Export the model again with its language modelling head.");

    private static string Present(ModelGraph file, CacheTensor tensor) => file.Graph.FindOutput(tensor.Present)?.Name
        ?? throw new ModelFormatException($"{file.Path} takes the cache {tensor.Past} and gives no {tensor.Present}. Export the model again, e.g. with Optimum.");
}
