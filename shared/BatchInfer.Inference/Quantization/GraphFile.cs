using System.Globalization;
using BatchInfer.Inference.OnnxSchema;
using Google.Protobuf;

namespace BatchInfer.Inference;

/// <summary>
/// A graph that is being written: under a name of its own until it is whole. Weights are kept in the graph, or go at once to a
/// file beside it, so that a large model never stands in memory.
/// </summary>
internal sealed class GraphFile : IDisposable
{
    private const int Alignment = 4096;
    private readonly string _path, _dataPath, _temporary, _temporaryData;
    private readonly FileStream? _data;
    private readonly HashSet<TensorProto> _moved = new(ReferenceEqualityComparer.Instance);

    /// <param name="path">The graph.</param>
    /// <param name="inline">Whether the weights are kept in it.</param>
    public GraphFile(string path, bool inline)
    {
        _path = path;
        _dataPath = path + "_data";
        string suffix = $".{Path.GetRandomFileName()}.tmp";
        (_temporary, _temporaryData) = (path + suffix, _dataPath + suffix);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!inline) _data = new FileStream(_temporaryData, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
    }

    /// <summary>Whether the tensor's values are in the new file beside the graph.</summary>
    public bool Has(TensorProto tensor) => _moved.Contains(tensor);

    /// <summary>Keeps the values of a new tensor.</summary>
    public void Keep(TensorProto tensor)
    {
        if (_data is not null) Write(tensor, tensor.RawData);
    }

    /// <summary>Takes over a tensor from the file beside the old graph.</summary>
    public void Move(TensorProto tensor, TensorData source)
    {
        var bytes = source.ReadExternal(tensor);
        if (_data is not null)
        {
            Write(tensor, bytes);
            return;
        }

        tensor.ExternalData.Clear();
        tensor.ClearDataLocation();
        tensor.RawData = bytes;
    }

    /// <summary>Writes the graph and puts both files in place.</summary>
    /// <returns>Their size in bytes.</returns>
    public long Commit(ModelProto model)
    {
        long bytes = _data?.Length ?? 0;
        using (var file = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
        {
            model.WriteTo(file);
            file.Flush(flushToDisk: true);
            bytes += file.Length;
        }

        if (_data is not null)
        {
            _data.Flush(flushToDisk: true);
            _data.Dispose();
            File.Move(_temporaryData, _dataPath, overwrite: true);
        }

        File.Move(_temporary, _path, overwrite: true);
        if (_data is null) File.Delete(_dataPath);
        return bytes;
    }

    public void Dispose()
    {
        _data?.Dispose();
        File.Delete(_temporary);
        File.Delete(_temporaryData);
    }

    private void Write(TensorProto tensor, ByteString bytes)
    {
        // Page boundaries: the runtime maps such files into memory.
        _data!.Position = (_data.Position + Alignment - 1) / Alignment * Alignment;
        tensor.ExternalData.Clear();
        tensor.ExternalData.Add(Entry("location", Path.GetFileName(_dataPath)));
        tensor.ExternalData.Add(Entry("offset", _data.Position.ToString(CultureInfo.InvariantCulture)));
        tensor.ExternalData.Add(Entry("length", bytes.Length.ToString(CultureInfo.InvariantCulture)));
        bytes.WriteTo(_data);
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        _moved.Add(tensor);
    }

    private static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
}
