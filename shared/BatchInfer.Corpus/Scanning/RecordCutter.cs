using System.Buffers;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>
/// Finds where records end, whatever pieces the bytes come in, and keeps none of them. The scanner and the reader both
/// cut with it, so that they agree on every input, broken ones included.
/// </summary>
/// <remarks>
/// In CSV a quote opens a quoted field only where a field begins; anywhere else it is text. So a stray quote costs one
/// record and not the rest of the corpus.
/// </remarks>
internal sealed class RecordCutter
{
    private static readonly SearchValues<byte> White = SearchValues.Create(" \t\r"u8);

    private readonly RecordFormat _format;
    private CsvState _state;
    private bool _atFieldStart;
    private bool _content;

    public RecordCutter(RecordFormat format)
    {
        _format = format;
        Reset();
    }

    private enum CsvState
    {
        Plain,
        Quoted,
        QuoteInQuoted,
    }

    /// <summary>Line ends taken since <see cref="Reset"/>.</summary>
    public long Lines { get; private set; }

    /// <summary>Whether the bytes taken since <see cref="Reset"/> are a record and not a blank line.</summary>
    public bool IsRecord => _content || _format == RecordFormat.Text;

    /// <summary>Begins the next record or blank line.</summary>
    public void Reset()
    {
        _state = CsvState.Plain;
        _atFieldStart = true;
        _content = false;
        Lines = 0;
    }

    /// <summary>Takes bytes up to the end of the record or blank line under way, its line end included.</summary>
    /// <returns>How many bytes were taken; all of them when it does not end here.</returns>
    public int Advance(ReadOnlySpan<byte> bytes, out bool ended) =>
        _format == RecordFormat.Csv ? AdvanceCsv(bytes, out ended) : AdvanceLine(bytes, out ended);

    private int AdvanceLine(ReadOnlySpan<byte> bytes, out bool ended)
    {
        var end = bytes.IndexOf((byte)'\n');
        ended = end >= 0;
        LookForContent(ended ? bytes[..end] : bytes);
        if (!ended) return bytes.Length;
        Lines++;
        return end + 1;
    }

    private int AdvanceCsv(ReadOnlySpan<byte> bytes, out bool ended)
    {
        ended = false;
        var position = 0;
        while (position < bytes.Length)
        {
            var rest = bytes[position..];
            switch (_state)
            {
                case CsvState.Quoted:
                    var close = rest.IndexOf((byte)'"');
                    Lines += (close < 0 ? rest : rest[..close]).Count((byte)'\n');
                    if (close < 0) return bytes.Length;
                    position += close + 1;
                    _state = CsvState.QuoteInQuoted;
                    break;

                case CsvState.QuoteInQuoted when rest[0] == '"':
                    position++;
                    _state = CsvState.Quoted;
                    break;

                case CsvState.QuoteInQuoted:
                    // The byte behind the closing quote is looked at as plain text.
                    _state = CsvState.Plain;
                    break;

                default:
                    var next = rest.IndexOfAny((byte)'"', (byte)'\n');
                    LookForContent(next < 0 ? rest : rest[..next]);
                    if (next < 0)
                    {
                        _atFieldStart = rest[^1] == ',';
                        return bytes.Length;
                    }
                    position += next + 1;
                    if (rest[next] == '\n')
                    {
                        Lines++;
                        ended = true;
                        return position;
                    }
                    _content = true;
                    if (next == 0 ? _atFieldStart : rest[next - 1] == ',') _state = CsvState.Quoted;
                    _atFieldStart = false;
                    break;
            }
        }
        return position;
    }

    private void LookForContent(ReadOnlySpan<byte> bytes)
    {
        // Most lines begin with content: the comparison saves the search.
        if (!_content) _content = bytes.Length > 0 && (bytes[0] > ' ' || bytes.ContainsAnyExcept(White));
    }
}
