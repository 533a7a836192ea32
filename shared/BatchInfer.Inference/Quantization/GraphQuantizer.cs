using System.Globalization;
using System.Runtime.InteropServices;
using BatchInfer.Inference.OnnxSchema;
using Google.Protobuf;

namespace BatchInfer.Inference;

/// <summary>
/// Rewrites a graph: matrices that activations are multiplied with, and large lookup tables, become bytes with scales.
/// </summary>
internal sealed class GraphQuantizer
{
    /// <summary>Domain of the kernel that static scales are multiplied with: ONNX Runtime's own.</summary>
    public const string ContribDomain = "com.microsoft";

    // The head of a classifier is a few thousand values: nothing is gained there, and its errors go straight into the scores.
    private const int MinMatrixElements = 1 << 13, MinTableElements = 1 << 18;
    private readonly GraphIndex _index;
    private readonly TensorData _data;
    private readonly IReadOnlyDictionary<string, ActivationRange>? _ranges;
    private readonly Dictionary<string, Form> _done = new(StringComparer.Ordinal);
    private string _suffix = "";

    /// <param name="graph">The graph; it is changed in place.</param>
    /// <param name="data">Its weights.</param>
    /// <param name="ranges">Ranges of the activations by name, or null to measure them at run time.</param>
    public GraphQuantizer(GraphProto graph, TensorData data, IReadOnlyDictionary<string, ActivationRange>? ranges)
    {
        _index = new GraphIndex(graph);
        _data = data;
        _ranges = ranges;
    }

    /// <summary>Called with each new tensor of weights; what it keeps elsewhere it may take out of the tensor.</summary>
    public Action<TensorProto> OnWeights { get; init; } = _ => { };

    public int Matrices { get; private set; }

    public int Tables { get; private set; }

    /// <summary>Names of the activations that are multiplied with weights, in the order of the graph.</summary>
    public static IReadOnlyList<string> Activations(GraphProto graph)
    {
        var index = new GraphIndex(graph);
        return [.. graph.Node.Where(n => MatrixOf(index, n) is not null).Select(n => n.Input[0]).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether the graph, or one inside its branches, multiplies with float weights.</summary>
    public static bool Multiplies(GraphProto graph)
    {
        var index = new GraphIndex(graph);
        return index.Graphs.Exists(g => g.Node.Any(n => MatrixOf(index, n) is not null));
    }

    public void Run(CancellationToken ct)
    {
        foreach (var (number, graph) in _index.Graphs.Index())
        {
            // A branch may quantise what the graph around it quantises too: under a name of its own.
            _suffix = number == 0 ? "_uint8" : string.Create(CultureInfo.InvariantCulture, $"_uint8_{number}");
            var nodes = graph.Node.ToList();
            graph.Node.Clear();
            var quantized = new Dictionary<string, QuantizedActivation>(StringComparer.Ordinal);
            foreach (var node in nodes)
            {
                ct.ThrowIfCancellationRequested();
                if (!TryRewriteMatrix(graph, node, quantized) && !TryRewriteTable(graph, node)) graph.Node.Add(node);
            }
        }
    }

    private static TensorProto? MatrixOf(GraphIndex index, NodeProto node)
    {
        if (node.OpType is not ("MatMul" or "Gemm") || node.Input.Count < 2) return null;
        if (node.OpType == "Gemm" && (Attribute(node, "transA")?.I == 1 || Attribute(node, "beta")?.F is not (null or 1))) return null;
        return index.FindFloats(node.Input[1])?.Tensor is { Dims.Count: 2 } tensor && TensorData.ElementCount(tensor) >= MinMatrixElements ? tensor : null;
    }

    private static AttributeProto? Attribute(NodeProto node, string name) => node.Attribute.FirstOrDefault(a => a.Name == name);

    private bool TryRewriteMatrix(GraphProto graph, NodeProto node, Dictionary<string, QuantizedActivation> quantized)
    {
        if (MatrixOf(_index, node) is not { } weights || (_ranges is not null && !_ranges.ContainsKey(node.Input[0]))) return false;
        var form = new Form(Attribute(node, "transB")?.I == 1, Attribute(node, "alpha")?.F ?? 1, IsTable: false);
        if (!Fits(weights.Name, form)) return false;
        QuantizeMatrix(weights, form);
        if (!quantized.TryGetValue(node.Input[0], out var activation))
            quantized[node.Input[0]] = activation = _ranges is null ? AddDynamic(graph, node.Input[0]) : AddStatic(graph, node.Input[0], _ranges[node.Input[0]]);
        bool hasBias = node.Input.Count > 2 && node.Input[2].Length > 0;
        string name = node.Output[0], product = hasBias ? name + "_product" : name;
        if (_ranges is null) MultiplyDynamic(graph, activation, weights.Name, name, product);
        else
            Add(graph, "MatMulIntegerToFloat", [activation.Values, weights.Name + "_int8", activation.Scale, weights.Name + "_scale", activation.ZeroPoint], [product])
                .Domain = ContribDomain;
        if (hasBias) Add(graph, "Add", [product, node.Input[2]], [name]);
        _index.Release(weights.Name, node);
        return true;
    }

    // The pattern that ONNX Runtime fuses into one kernel.
    private static void MultiplyDynamic(GraphProto graph, QuantizedActivation activation, string weights, string name, string product)
    {
        Add(graph, "MatMulInteger", [activation.Values, weights + "_int8", activation.ZeroPoint], [name + "_int32"]);
        Add(graph, "Cast", [name + "_int32"], [name + "_sums"]).Attribute.Add(Integer("to", (int)TensorProto.Types.DataType.Float));
        Add(graph, "Mul", [activation.Scale, weights + "_scale"], [name + "_scale"]);
        Add(graph, "Mul", [name + "_sums", name + "_scale"], [product]);
    }

    private QuantizedActivation NameOf(string name) => new(name + _suffix, $"{name}{_suffix}_scale", $"{name}{_suffix}_zero_point");

    private QuantizedActivation AddDynamic(GraphProto graph, string name)
    {
        var result = NameOf(name);
        Add(graph, "DynamicQuantizeLinear", [name], [result.Values, result.Scale, result.ZeroPoint]);
        return result;
    }

    private QuantizedActivation AddStatic(GraphProto graph, string name, ActivationRange range)
    {
        var result = NameOf(name);
        var (scale, zeroPoint) = range.Choose();
        graph.Initializer.Add(Tensor(result.Scale, TensorProto.Types.DataType.Float, [], BitConverter.GetBytes(scale)));
        graph.Initializer.Add(Tensor(result.ZeroPoint, TensorProto.Types.DataType.Uint8, [], [zeroPoint]));
        Add(graph, "QuantizeLinear", [name, result.Scale, result.ZeroPoint], [result.Values]);
        return result;
    }

    private bool TryRewriteTable(GraphProto graph, NodeProto node)
    {
        if (node.OpType != "Gather" || _index.FindFloats(node.Input[0])?.Tensor is not { Dims.Count: 2 } table
            || TensorData.ElementCount(table) < MinTableElements || !_index.IsLookupTable(table.Name)
            || !Fits(table.Name, Form.Table)) return false;
        QuantizeTable(table);
        string name = node.Output[0];
        Add(graph, "Gather", [table.Name + "_int8", node.Input[1]], [name + "_int8"]);
        Add(graph, "Gather", [table.Name + "_scale", node.Input[1]], [name + "_scale"]);
        Add(graph, "Cast", [name + "_int8"], [name + "_values"]).Attribute.Add(Integer("to", (int)TensorProto.Types.DataType.Float));
        Add(graph, "Mul", [name + "_values", name + "_scale"], [name]);
        _index.Release(table.Name, node);
        return true;
    }

    // Weights become bytes once; a use that needs them in another form keeps the float ones.
    private bool Fits(string weights, Form form) => !_done.TryGetValue(weights, out var done) || done == form;

    private void QuantizeMatrix(TensorProto weights, Form form)
    {
        if (!_done.TryAdd(weights.Name, form)) return;
        Matrices++;
        var (transposed, factor, _) = form;
        int rows = checked((int)weights.Dims[transposed ? 1 : 0]), columns = checked((int)weights.Dims[transposed ? 0 : 1]);
        var floats = _data.ReadFloats(weights);
        if (transposed) floats = Transpose(floats.Span, rows, columns);
        var values = new sbyte[floats.Length];
        var scales = new float[columns];
        ChannelQuantizer.Columns(floats.Span, columns, values, scales);
        if (factor != 1) System.Numerics.Tensors.TensorPrimitives.Multiply(scales, factor, scales);
        Store(weights.Name, [rows, columns], values, [columns], scales);
    }

    private void QuantizeTable(TensorProto table)
    {
        if (!_done.TryAdd(table.Name, Form.Table)) return;
        Tables++;
        int rows = checked((int)table.Dims[0]), columns = checked((int)table.Dims[1]);
        var floats = _data.ReadFloats(table);
        var values = new sbyte[floats.Length];
        var scales = new float[rows];
        ChannelQuantizer.Rows(floats.Span, columns, values, scales);
        Store(table.Name, [rows, columns], values, [rows, 1], scales);
    }

    private void Store(string name, long[] shape, sbyte[] values, long[] scaleShape, float[] scales)
    {
        var owner = _index.FindFloats(name)!.Value.Owner;
        var bytes = Tensor(name + "_int8", TensorProto.Types.DataType.Int8, shape, (byte[])(Array)values);
        owner.Initializer.Add(bytes);
        OnWeights(bytes);
        owner.Initializer.Add(Tensor(name + "_scale", TensorProto.Types.DataType.Float, scaleShape, MemoryMarshal.AsBytes<float>(scales).ToArray()));
    }

    private static float[] Transpose(ReadOnlySpan<float> matrix, int rows, int columns)
    {
        var transposed = new float[matrix.Length];
        for (int c = 0; c < columns; c++)
            for (int r = 0; r < rows; r++) transposed[r * columns + c] = matrix[c * rows + r];
        return transposed;
    }

    private static TensorProto Tensor(string name, TensorProto.Types.DataType type, long[] shape, byte[] bytes)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Dims.Add(shape);
        return tensor;
    }

    private static NodeProto Add(GraphProto graph, string op, string[] inputs, string[] outputs)
    {
        var node = new NodeProto { OpType = op, Name = $"{outputs[0]}_{op}" };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        graph.Node.Add(node);
        return node;
    }

    private static AttributeProto Integer(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    // How weights are kept as bytes: a matrix by columns, turned and scaled as the product asks, or a table by rows.
    private readonly record struct Form(bool Transposed, float Factor, bool IsTable)
    {
        public static readonly Form Table = new(false, 1, IsTable: true);
    }

    private readonly record struct QuantizedActivation(string Values, string Scale, string ZeroPoint);
}
