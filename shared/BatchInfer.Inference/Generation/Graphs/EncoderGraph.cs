using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>The encoder of an encoder–decoder.</summary>
internal sealed class EncoderGraph : IDisposable
{
    private readonly GraphSession _session;
    private readonly string[] _output;
    private readonly int _padTokenId;

    public EncoderGraph(ModelGraph file, int padTokenId, ExecutionProviderKind provider = ExecutionProviderKind.Cpu)
    {
        foreach (var input in file.Graph.Inputs)
            if (input.Name is not ("input_ids" or "attention_mask" or "token_type_ids"))
                throw new ModelFormatException($"{file.Path} takes the input {input}, which no text encoder has. Export the model again, e.g. with Optimum.");
        var states = file.Graph.FindOutput("last_hidden_state") ?? (file.Graph.Outputs.Count == 1 ? file.Graph.Outputs[0] : null)
            ?? throw new ModelFormatException($"{file.Path} has no output last_hidden_state. Export the model again, e.g. with Optimum.");
        _output = [states.Name];
        _padTokenId = padTokenId;
        _session = new GraphSession(file, provider);
    }

    /// <summary>Whether padding can be told from text.</summary>
    public bool HasMask => _session.File.Graph.FindInput("attention_mask") is not null;

    /// <summary>Encodes some sources, each padded on the right to <paramref name="length"/>.</summary>
    public EncodedSource Run(IReadOnlyList<int[]> sources, int length, RunWorkspace workspace)
    {
        int rows = sources.Count;
        long[] ids = new long[checked(rows * length)], mask = new long[ids.Length];
        ids.AsSpan().Fill(_padTokenId);
        for (int row = 0; row < rows; row++)
        {
            int[] source = sources[row];
            for (int i = 0; i < source.Length; i++) ids[row * length + i] = source[i];
            mask.AsSpan(row * length, source.Length).Fill(1);
        }

        var inputs = new OrtValue[_session.Inputs.Count];
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                var input = _session.Inputs[i];
                ReadOnlySpan<long> values = input.Name switch { "input_ids" => ids, "attention_mask" => mask, _ => new long[ids.Length] };
                inputs[i] = StepTensors.Of(workspace, i, input, values, rows, length);
            }

            return new EncodedSource(_session.Run(inputs, _output, workspace)[0], length, [.. sources.Select(s => s.Length)], _session.Allocator);
        }
        finally
        {
            foreach (var input in inputs) input?.Dispose();
        }
    }

    public void Dispose() => _session.Dispose();
}
