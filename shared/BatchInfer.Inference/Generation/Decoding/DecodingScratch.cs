namespace BatchInfer.Inference;

/// <summary>Buffers of one run slot for choosing tokens.</summary>
internal sealed class DecodingScratch
{
    public float[] Logits { get; private set; } = [];

    public float[] Keys { get; private set; } = [];

    public int[] Tokens { get; private set; } = [];

    public double[] Weights { get; private set; } = [];

    /// <summary>A mark for each token of a vocabulary. Whoever sets some takes them off again.</summary>
    public bool[] Marks { get; private set; } = [];

    public void EnsureVocabulary(int size)
    {
        if (Keys.Length >= size) return;
        Logits = new float[size];
        Keys = new float[size];
        Tokens = new int[size];
        Weights = new double[size];
        Marks = new bool[size];
    }
}
