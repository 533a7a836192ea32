using System.Text;

namespace BatchInfer.Inference;

/// <summary>
/// Walks protocol buffer fields of a seekable stream. It skips what it is not asked for by seeking, so that gigabytes of
/// weights cost nothing.
/// </summary>
internal sealed class ProtoReader(Stream stream)
{
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;
    private int _wireType;

    /// <summary>Moves to the next field that starts before <paramref name="end"/>; false at the end of the message.</summary>
    public bool NextField(long end, out int field)
    {
        field = 0;
        if (stream.Position >= end) return false;
        ulong tag = ReadVarint();
        field = (int)(tag >> 3);
        _wireType = (int)(tag & 7);
        return field > 0 ? true : throw new InvalidDataException("field number 0");
    }

    /// <summary>Enters the message that is the current field's value.</summary>
    /// <returns>The position at which it ends.</returns>
    public long EnterMessage(long end)
    {
        if (_wireType != LengthDelimited) throw new InvalidDataException($"wire type {_wireType} where a message should be");
        ulong length = ReadVarint();
        return length <= (ulong)(end - stream.Position) ? stream.Position + (long)length : throw new InvalidDataException("a message longer than the file");
    }

    public string ReadString(long end)
    {
        long stop = EnterMessage(end);
        if (stop - stream.Position > 1 << 16) throw new InvalidDataException("a name of more than 64 KiB");
        byte[] bytes = new byte[stop - stream.Position];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    public long ReadInteger() =>
        _wireType == Varint ? (long)ReadVarint() : throw new InvalidDataException($"wire type {_wireType} where an integer should be");

    /// <summary>The product of integers that stand one by one or packed.</summary>
    public long ReadProduct(long end)
    {
        if (_wireType == Varint) return (long)ReadVarint();
        long stop = EnterMessage(end), product = 1;
        while (stream.Position < stop) product *= (long)ReadVarint();
        return product;
    }

    public void Skip(long end)
    {
        switch (_wireType)
        {
            case Varint: ReadVarint(); break;
            case Fixed64: SkipTo(stream.Position + 8, end); break;
            case Fixed32: SkipTo(stream.Position + 4, end); break;
            case LengthDelimited: SkipTo(EnterMessage(end), end); break;
            default: throw new InvalidDataException($"wire type {_wireType}");
        }
    }

    private void SkipTo(long position, long end)
    {
        if (position > end) throw new InvalidDataException("a value longer than the file");
        stream.Seek(position, SeekOrigin.Begin);
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            int next = stream.ReadByte();
            if (next < 0) throw new EndOfStreamException("the file ends in the middle of a value");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("a number of more than 64 bits");
    }
}
