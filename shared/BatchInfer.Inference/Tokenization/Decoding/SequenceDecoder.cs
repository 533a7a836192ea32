namespace BatchInfer.Inference;

/// <summary>Decoders one after another.</summary>
internal sealed class SequenceDecoder(IReadOnlyList<ITokenDecoder> decoders) : ITokenDecoder
{
    public void Decode(List<string> tokens)
    {
        foreach (var decoder in decoders) decoder.Decode(tokens);
    }
}
