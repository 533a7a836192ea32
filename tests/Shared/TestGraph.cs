using System.Buffers;
using Google.Protobuf;

namespace BatchInfer.Tests;

/// <summary>Writes small ONNX graphs, field by field of the public schema.</summary>
internal sealed class TestGraph
{
    public const int Float = 1, Int32 = 6, Int64 = 7, Half = 10;
    private readonly ArrayBufferWriter<byte> _graph = new();

    /// <summary>A row of <paramref name="table"/> for each token: <c>last_hidden_state</c> [batch, sequence, width].</summary>
    public static byte[] Embedder(float[][] table, string output = "last_hidden_state", bool mask = true) => new TestGraph()
        .Node("Gather", ["table", "input_ids"], output)
        .Initializer("table", table)
        .Input("input_ids").InputIf(mask, "attention_mask")
        .Output(output, -1, -1, table[0].Length)
        .ToModel();

    /// <summary>The row of <paramref name="table"/> of the token after the first: <c>logits</c> [batch, labels].</summary>
    /// <param name="table">Logits by token id.</param>
    /// <param name="saysWidth">Whether the graph says how many logits there are.</param>
    public static byte[] Classifier(float[][] table, bool saysWidth = true) => new TestGraph()
        .Node("Gather", ["table", "input_ids"], "rows")
        .Node("Gather", ["rows", "one"], "logits", axis: 1)
        .Initializer("table", table).ScalarInitializer("one", 1)
        .Input("input_ids").Input("attention_mask").Input("token_type_ids")
        .Output("logits", -1, saysWidth ? table[0].Length : -1)
        .ToModel();

    public TestGraph Node(string op, string[] inputs, string output, long? axis = null) =>
        axis is { } value ? Node(op, inputs, output, ("axis", [value])) : Node(op, inputs, output, []);

    /// <param name="op">Operator.</param>
    /// <param name="inputs">Names of its inputs.</param>
    /// <param name="output">Name of its output.</param>
    /// <param name="attributes">Its whole numbers: one, or a list where the operator takes one.</param>
    public TestGraph Node(string op, string[] inputs, string output, params (string Name, long[] Values)[] attributes) => Add(1, node =>
    {
        foreach (string input in inputs) WriteString(node, 1, input);
        WriteString(node, 2, output);
        WriteString(node, 4, op);
        foreach (var (name, values) in attributes)
            WriteMessage(node, 5, attribute =>
            {
                WriteString(attribute, 1, name);
                if (values.Length == 1) WriteInteger(attribute, 3, values[0]);
                else foreach (long value in values) WriteInteger(attribute, 8, value);
                WriteInteger(attribute, 20, values.Length == 1 ? 2 : 7);
            });
    });

    public TestGraph Gemm(string[] inputs, string output, bool transposed, float alpha) => Add(1, node =>
    {
        foreach (string input in inputs) WriteString(node, 1, input);
        WriteString(node, 2, output);
        WriteString(node, 4, "Gemm");
        WriteMessage(node, 5, attribute =>
        {
            WriteString(attribute, 1, "transB");
            WriteInteger(attribute, 3, transposed ? 1 : 0);
            WriteInteger(attribute, 20, 2);
        });
        WriteMessage(node, 5, attribute =>
        {
            WriteString(attribute, 1, "alpha");
            attribute.WriteTag(2, WireFormat.WireType.Fixed32);
            attribute.WriteFloat(alpha);
            WriteInteger(attribute, 20, 1);
        });
    });

    public TestGraph Initializer(string name, float[][] rows) => Add(5, tensor =>
    {
        WriteInteger(tensor, 1, rows.Length);
        WriteInteger(tensor, 1, rows[0].Length);
        WriteInteger(tensor, 2, Float);
        WriteString(tensor, 8, name);
        WriteBytes(tensor, 9, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(rows.SelectMany(r => r).ToArray()).ToArray());
    });

    /// <summary>Weights kept in a file beside the graph.</summary>
    public TestGraph ExternalInitializer(string name, int rows, int width, string location) => Add(5, tensor =>
    {
        WriteInteger(tensor, 1, rows);
        WriteInteger(tensor, 1, width);
        WriteInteger(tensor, 2, Float);
        WriteString(tensor, 8, name);
        WriteMessage(tensor, 13, entry =>
        {
            WriteString(entry, 1, "location");
            WriteString(entry, 2, location);
        });
        WriteInteger(tensor, 14, 1);
    });

    public TestGraph ScalarInitializer(string name, long value) => Add(5, tensor =>
    {
        WriteInteger(tensor, 2, Int64);
        WriteString(tensor, 8, name);
        WriteBytes(tensor, 9, BitConverter.GetBytes(value));
    });

    /// <summary>A list of whole numbers.</summary>
    public TestGraph ListInitializer(string name, params long[] values) => Add(5, tensor =>
    {
        WriteInteger(tensor, 1, values.Length);
        WriteInteger(tensor, 2, Int64);
        WriteString(tensor, 8, name);
        WriteBytes(tensor, 9, System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(values).ToArray());
    });

    /// <summary>Weights of any shape.</summary>
    public TestGraph Initializer(string name, float[] values, params long[] shape) => Add(5, tensor =>
    {
        foreach (long size in shape) WriteInteger(tensor, 1, size);
        WriteInteger(tensor, 2, Float);
        WriteString(tensor, 8, name);
        WriteBytes(tensor, 9, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray());
    });

    public TestGraph FloatInput(string name, params long[] shape) => Add(11, info => WriteValueInfo(info, name, Float, shape));

    public TestGraph Input(string name) => Add(11, info => WriteValueInfo(info, name, Int64, -1, -1));

    public TestGraph Input(string name, int type, params long[] shape) => Add(11, info => WriteValueInfo(info, name, type, shape));

    public TestGraph InputIf(bool there, string name) => there ? Input(name) : this;

    public TestGraph Output(string name, params long[] shape) => Add(12, info => WriteValueInfo(info, name, Float, shape));

    public TestGraph HalfOutput(string name, params long[] shape) => Add(12, info => WriteValueInfo(info, name, Half, shape));

    public byte[] ToModel(int opset = 14)
    {
        Write(graph => WriteString(graph, 2, "test"));
        using var model = new MemoryStream();
        using (var output = new CodedOutputStream(model, leaveOpen: true))
        {
            WriteInteger(output, 1, 8);
            WriteMessage(output, 8, import => WriteInteger(import, 2, opset));
            WriteBytes(output, 7, _graph.WrittenSpan);
        }

        return model.ToArray();
    }

    private TestGraph Add(int field, Action<CodedOutputStream> content)
    {
        Write(graph => WriteMessage(graph, field, content));
        return this;
    }

    private void Write(Action<CodedOutputStream> content)
    {
        using var written = new MemoryStream();
        using (var output = new CodedOutputStream(written, leaveOpen: true)) content(output);
        _graph.Write(written.ToArray());
    }

    private static void WriteValueInfo(CodedOutputStream info, string name, int type, params long[] shape)
    {
        WriteString(info, 1, name);
        WriteMessage(info, 2, outer => WriteMessage(outer, 1, tensor =>
        {
            WriteInteger(tensor, 1, type);
            WriteMessage(tensor, 2, dimensions =>
            {
                for (int i = 0; i < shape.Length; i++)
                    WriteMessage(dimensions, 1, dimension =>
                    {
                        // Of one name, ONNX Runtime would take two sizes for the same.
                        long size = shape[i];
                        if (size < 0) WriteString(dimension, 2, $"{name}_{i}");
                        else WriteInteger(dimension, 1, size);
                    });
            });
        }));
    }

    private static void WriteInteger(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void WriteString(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void WriteBytes(CodedOutputStream output, int field, ReadOnlySpan<byte> value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(value));
    }

    private static void WriteMessage(CodedOutputStream output, int field, Action<CodedOutputStream> content)
    {
        using var message = new MemoryStream();
        using (var inner = new CodedOutputStream(message, leaveOpen: true)) content(inner);
        WriteBytes(output, field, message.ToArray());
    }
}
