namespace BatchInfer.Inference;

/// <summary>
/// Reads inputs, outputs, operators and the names of external data files from an ONNX file. Opening a session for that would
/// take a hundred milliseconds and the model's memory for each file in the models folder.
/// </summary>
internal static class OnnxGraphReader
{
    public static OnnxGraphInfo Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 14);
            var graph = new Collector(new ProtoReader(file));
            graph.ReadModel(file.Length);
            return graph.ToInfo() ?? throw new InvalidDataException("it holds no graph");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new ModelFormatException($"{path} is not an ONNX model ({e.Message}). Export or download it again.", e);
        }
    }

    private sealed class Collector(ProtoReader proto)
    {
        // Exports nest a branch or two; each level is read by a call within a call.
        private const int MaxDepth = 16;
        private readonly List<OnnxTensorInfo> _inputs = [], _outputs = [];
        private readonly HashSet<string> _operators = new(StringComparer.Ordinal), _initializers = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _externalFiles = new(StringComparer.Ordinal);
        private bool _hasGraph;
        private long _parameters;

        // Files of IR version 3 list the weights among the inputs.
        public OnnxGraphInfo? ToInfo() => _hasGraph
            ? new OnnxGraphInfo([.. _inputs.Where(i => !_initializers.Contains(i.Name))], _outputs, _operators, [.. _externalFiles], _parameters)
            : null;

        public void ReadModel(long end)
        {
            while (proto.NextField(end, out int field))
                if (field == 7) ReadGraph(proto.EnterMessage(end), depth: 0);
                else proto.Skip(end);
        }

        // A branch computes and has weights as the graph around it; only that one's inputs and outputs are the model's.
        private void ReadGraph(long end, int depth)
        {
            if (depth > MaxDepth) throw new InvalidDataException($"branches more than {MaxDepth} deep");
            _hasGraph = true;
            while (proto.NextField(end, out int field))
                switch (field)
                {
                    case 1: ReadNode(proto.EnterMessage(end), depth); break;
                    case 5: ReadInitializer(proto.EnterMessage(end), depth); break;
                    case 11 when depth == 0: _inputs.Add(ReadValueInfo(proto.EnterMessage(end))); break;
                    case 12 when depth == 0: _outputs.Add(ReadValueInfo(proto.EnterMessage(end))); break;
                    default: proto.Skip(end); break;
                }
        }

        private void ReadNode(long end, int depth)
        {
            while (proto.NextField(end, out int field))
                if (field == 4) _operators.Add(proto.ReadString(end));
                else if (field == 5) ReadAttribute(proto.EnterMessage(end), depth);
                else proto.Skip(end);
        }

        private void ReadAttribute(long end, int depth)
        {
            while (proto.NextField(end, out int field))
                if (field is 6 or 11) ReadGraph(proto.EnterMessage(end), depth + 1);
                else proto.Skip(end);
        }

        private void ReadInitializer(long end, int depth)
        {
            long elements = 1, type = 0;
            bool isScalar = true;
            while (proto.NextField(end, out int field))
                switch (field)
                {
                    case 1:
                        elements *= proto.ReadProduct(end);
                        isScalar = false;
                        break;
                    case 2: type = proto.ReadInteger(); break;
                    case 8 when depth == 0: _initializers.Add(proto.ReadString(end)); break;
                    case 13: ReadExternalData(proto.EnterMessage(end)); break;
                    default: proto.Skip(end); break;
                }

            // Integers are shapes and indices; the weights of a quantised graph are bytes.
            if (!isScalar && type is not (OnnxTensorInfo.Int64 or OnnxTensorInfo.Int32)) _parameters += elements;
        }

        private void ReadExternalData(long end)
        {
            string key = "", value = "";
            while (proto.NextField(end, out int field))
                if (field == 1) key = proto.ReadString(end);
                else if (field == 2) value = proto.ReadString(end);
                else proto.Skip(end);
            if (key == "location") _externalFiles.Add(value);
        }

        private OnnxTensorInfo ReadValueInfo(long end)
        {
            var info = new OnnxTensorInfo("", 0, null);
            while (proto.NextField(end, out int field))
                if (field == 1) info = info with { Name = proto.ReadString(end) };
                else if (field == 2) info = ReadType(info, proto.EnterMessage(end));
                else proto.Skip(end);
            return info;
        }

        private OnnxTensorInfo ReadType(OnnxTensorInfo info, long end)
        {
            while (proto.NextField(end, out int field))
                if (field == 1) info = ReadTensorType(info, proto.EnterMessage(end));
                else proto.Skip(end);
            return info;
        }

        private OnnxTensorInfo ReadTensorType(OnnxTensorInfo info, long end)
        {
            while (proto.NextField(end, out int field))
                if (field == 1) info = info with { ElementType = (int)proto.ReadInteger() };
                else if (field == 2) info = info with { Shape = ReadShape(proto.EnterMessage(end)) };
                else proto.Skip(end);
            return info;
        }

        private long[] ReadShape(long end)
        {
            var shape = new List<long>();
            while (proto.NextField(end, out int field))
                if (field == 1) shape.Add(ReadDimension(proto.EnterMessage(end)));
                else proto.Skip(end);
            return [.. shape];
        }

        private long ReadDimension(long end)
        {
            long size = -1;
            while (proto.NextField(end, out int field))
                if (field == 1) size = proto.ReadInteger();
                else proto.Skip(end);
            return size;
        }
    }
}
