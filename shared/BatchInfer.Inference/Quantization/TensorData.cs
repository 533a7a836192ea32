using System.Globalization;
using System.Runtime.InteropServices;
using BatchInfer.Inference.OnnxSchema;
using Google.Protobuf;

namespace BatchInfer.Inference;

/// <summary>The values of a graph's initializers, wherever they are kept: in the graph or in a file beside it.</summary>
/// <param name="graphPath">The graph; files beside it are named relative to it.</param>
internal sealed class TensorData(string graphPath)
{
    public static long ElementCount(TensorProto tensor) => tensor.Dims.Aggregate(1L, (product, size) => checked(product * size));

    public static bool IsExternal(TensorProto tensor) => tensor.DataLocation == TensorProto.Types.DataLocation.External;

    /// <summary>Bytes of the graph and the files beside it.</summary>
    public long SizeWith(ModelProto model)
    {
        var files = new GraphIndex(model.Graph).Graphs.SelectMany(g => g.Initializer).Where(IsExternal).Select(t => Entry(t, "location") ?? "").Distinct();
        return files.Select(f => ModelFolder.ResolveExternal(graphPath, f)).Append(graphPath).Sum(path =>
        {
            using var file = File.OpenHandle(path);
            return RandomAccess.GetLength(file);
        });
    }

    /// <summary>Floats of a tensor.</summary>
    public ReadOnlyMemory<float> ReadFloats(TensorProto tensor)
    {
        int count = checked((int)ElementCount(tensor));
        if (!IsExternal(tensor) && tensor.FloatData.Count == count && count > 0) return tensor.FloatData.ToArray();
        var floats = new float[count];
        var bytes = MemoryMarshal.AsBytes(floats.AsSpan());
        if (IsExternal(tensor)) ReadExternal(tensor, bytes);
        else if (tensor.RawData.Length == bytes.Length) tensor.RawData.Span.CopyTo(bytes);
        else throw new ModelFormatException($"{graphPath}: {tensor.Name} has {tensor.RawData.Length} bytes where its shape needs {bytes.Length}. Export or download it again.");
        return floats;
    }

    /// <summary>The bytes of a tensor kept in a file beside the graph.</summary>
    public ByteString ReadExternal(TensorProto tensor)
    {
        byte[] bytes = new byte[ExternalLength(tensor)];
        ReadExternal(tensor, bytes);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private void ReadExternal(TensorProto tensor, Span<byte> into)
    {
        string path = ModelFolder.ResolveExternal(graphPath, Entry(tensor, "location") ?? "");
        using var file = File.OpenHandle(path);
        long offset = Number(tensor, "offset");
        if (ExternalLength(tensor) != into.Length || offset < 0 || offset + into.Length > RandomAccess.GetLength(file))
            throw new ModelFormatException($"{path} is too short for {tensor.Name} of {Path.GetFileName(graphPath)}. Export or download it again.");
        while (into.Length > 0)
        {
            int read = RandomAccess.Read(file, into, offset);
            if (read == 0) throw new EndOfStreamException($"{path} became shorter while it was read.");
            offset += read;
            into = into[read..];
        }
    }

    private int ExternalLength(TensorProto tensor)
    {
        long length = Number(tensor, "length");
        if (length == 0)
        {
            // Without a length the tensor runs to the end of its file.
            using var file = File.OpenHandle(ModelFolder.ResolveExternal(graphPath, Entry(tensor, "location") ?? ""));
            length = RandomAccess.GetLength(file) - Number(tensor, "offset");
        }

        return length is >= 0 and <= int.MaxValue
            ? (int)length
            : throw new ModelFormatException($"{graphPath}: {tensor.Name} has {length} bytes; tensors of more than {int.MaxValue} are not quantised.");
    }

    private static long Number(TensorProto tensor, string key) =>
        long.TryParse(Entry(tensor, key), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static string? Entry(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(e => e.Key == key)?.Value;
}
