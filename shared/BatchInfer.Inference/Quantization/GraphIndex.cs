using BatchInfer.Inference.OnnxSchema;

namespace BatchInfer.Inference;

/// <summary>Who uses which weights in a graph and the graphs inside its branches.</summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, (GraphProto Owner, TensorProto Tensor)> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(NodeProto Node, int Input)>> _uses = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ambiguous = new(StringComparer.Ordinal), _outputs = new(StringComparer.Ordinal);

    public GraphIndex(GraphProto graph) => Add(graph);

    /// <summary>Every graph, the outermost first.</summary>
    public List<GraphProto> Graphs { get; } = [];

    /// <summary>The float weights of this name and the graph that holds them; null when there are none, or two branches have such a name.</summary>
    public (GraphProto Owner, TensorProto Tensor)? FindFloats(string name) =>
        _weights.TryGetValue(name, out var found) && found.Tensor.DataType == (int)TensorProto.Types.DataType.Float && !_ambiguous.Contains(name) ? found : null;

    /// <summary>Whether all uses of the weights are lookups of their rows.</summary>
    public bool IsLookupTable(string name) => !_outputs.Contains(name) && _uses[name].TrueForAll(
        use => use.Input == 0 && use.Node.OpType == "Gather" && use.Node.Attribute.All(a => a.Name != "axis" || a.I == 0));

    /// <summary>Forgets a use; the weights go with the last one.</summary>
    public void Release(string name, NodeProto node)
    {
        var uses = _uses[name];
        uses.RemoveAll(use => ReferenceEquals(use.Node, node));
        if (uses.Count > 0 || _outputs.Contains(name)) return;
        var (owner, tensor) = _weights[name];
        owner.Initializer.Remove(tensor);
        // Files of IR version 3 list the weights among the inputs.
        if (owner.Input.FirstOrDefault(i => i.Name == name) is { } input) owner.Input.Remove(input);
    }

    private void Add(GraphProto graph)
    {
        Graphs.Add(graph);
        foreach (var tensor in graph.Initializer)
            if (!_weights.TryAdd(tensor.Name, (graph, tensor))) _ambiguous.Add(tensor.Name);
        foreach (var output in graph.Output) _outputs.Add(output.Name);
        foreach (var node in graph.Node)
        {
            for (int i = 0; i < node.Input.Count; i++)
            {
                if (!_uses.TryGetValue(node.Input[i], out var uses)) _uses[node.Input[i]] = uses = [];
                uses.Add((node, i));
            }

            foreach (var attribute in node.Attribute)
                if (attribute.G is { } branch) Add(branch);
        }
    }
}
