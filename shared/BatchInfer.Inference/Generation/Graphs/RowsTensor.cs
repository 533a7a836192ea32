using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>A row that takes the place of another one, which is not needed any more.</summary>
/// <param name="From">Where it stands.</param>
/// <param name="To">Where it goes, further in front.</param>
internal readonly record struct RowMove(int From, int To);

/// <summary>
/// A tensor of rows that can become fewer where it lies: rows from its end are moved into the places of those that leave, and what is
/// left is its beginning. That costs a copy of the moved rows, where a new tensor costs one of all of them.
/// </summary>
/// <param name="tensor">The tensor, which is this one's from now on.</param>
internal sealed class RowsTensor(OrtValue tensor) : IDisposable
{
    private OrtValue? _beginning;

    /// <summary>The rows that there are.</summary>
    public OrtValue Value => _beginning ?? tensor;

    /// <summary>Keeps the first <paramref name="rows"/> rows after some moves.</summary>
    /// <param name="moves">Rows from behind the first ones that go among them.</param>
    /// <param name="rows">Rows that are left.</param>
    /// <param name="rowAxis">Which dimension counts the rows: where it is not the first one, they do not lie side by side.</param>
    /// <param name="allocator">Gives memory where they do not.</param>
    public void Shrink(IReadOnlyList<RowMove> moves, int rows, int rowAxis, OrtAllocator allocator)
    {
        var info = Value.GetTensorTypeAndShape();
        if (rowAxis > 0 || info.ElementCount == 0)
        {
            var kept = new RowOf[rows];
            for (int row = 0; row < rows; row++) kept[row] = new RowOf(0, row);
            foreach (var move in moves) kept[move.To] = new RowOf(0, move.From);
            var gathered = TensorRows.Gather([Value], kept, rowAxis, allocator);
            Dispose();
            (tensor, _beginning) = (gathered, null);
            return;
        }

        long[] shape = info.Shape;
        var bytes = Value.GetTensorMutableRawData();
        int rowBytes = bytes.Length / (int)shape[0];
        foreach (var move in moves) bytes.Slice(checked(move.From * rowBytes), rowBytes).CopyTo(bytes[checked(move.To * rowBytes)..]);
        shape[0] = rows;
        // The memory stays the whole tensor's, which is not given back before this.
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(bytes));
        var beginning = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, info.ElementDataType, shape, address, (long)rows * rowBytes);
        _beginning?.Dispose();
        _beginning = beginning;
    }

    public void Dispose()
    {
        _beginning?.Dispose();
        tensor.Dispose();
    }
}
