using System.Text;

namespace BatchInfer.Corpus;

/// <summary>Walks over the fields of one CSV record (RFC 4180), by the same rule for quotes as <see cref="RecordCutter"/>.</summary>
internal ref struct CsvFields(ReadOnlySpan<byte> record)
{
    private ReadOnlySpan<byte> _rest = record;
    private ReadOnlySpan<byte> _field;
    private bool _done;
    private bool _doubled;

    /// <summary>Why the record cannot be read, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>The field under the cursor, without its quotes. The bytes must be valid UTF-8.</summary>
    public readonly string Text
    {
        get
        {
            var text = Encoding.UTF8.GetString(_field);
            return _doubled ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
        }
    }

    /// <summary>Goes to the next field; false behind the last one, or when there is a <see cref="Fault"/>.</summary>
    public bool MoveNext()
    {
        if (_done) return false;
        _doubled = false;
        return _rest.Length > 0 && _rest[0] == '"' ? TakeQuoted() : TakePlain();
    }

    private bool TakePlain()
    {
        var end = _rest.IndexOf((byte)',');
        _field = end < 0 ? _rest : _rest[..end];
        return Leave(_field.Length);
    }

    private bool TakeQuoted()
    {
        var position = 1;
        while (true)
        {
            var close = _rest[position..].IndexOf((byte)'"');
            if (close < 0) return Fail("a quote is opened and never closed");
            position += close + 1;
            if (position == _rest.Length || _rest[position] != '"') break;
            _doubled = true;
            position++;
        }
        if (position < _rest.Length && _rest[position] != ',')
            return Fail("text follows a closing quote; a quote inside a quoted field must be doubled");
        _field = _rest[1..(position - 1)];
        return Leave(position);
    }

    private bool Leave(int length)
    {
        // A comma at the very end opens one more field, an empty one.
        _done = length == _rest.Length;
        if (!_done) _rest = _rest[(length + 1)..];
        return true;
    }

    private bool Fail(string fault)
    {
        Fault = fault;
        _done = true;
        return false;
    }
}
