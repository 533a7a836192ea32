using System.Text;
using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Corpus;

/// <summary>Corpora of good and broken records, and a slow reading of where their records are.</summary>
internal static class RandomCorpus
{
    private static readonly string[] Lines =
    [
        """{"text":"one"}""", """{"text":"zwölf ✓","id":7}""", """ {"text":"quoted \"two\""} """, """{"text":""}""", """{"id":1}""", """{"text":""",
        """{"text":"\ud800"}""", "[1]", "", "   ", "\t", "\r", "plain, text", "\"", "\"\"", "a,\"b", "c\"\"d\",e", "null", "ÿ", "x\ry", "\0",
    ];

    private static readonly byte[][] Atoms =
    [
        [(byte)'a'], [(byte)','], [(byte)'"'], [(byte)'"'], [(byte)'\n'], [(byte)'\r', (byte)'\n'], [(byte)'\r'], [(byte)' '],
        [0xC3, 0xA9], [0xFF],
    ];

    /// <summary>Lines that a corpus may have, with all line ends; sometimes no last one, sometimes a mark before the first.</summary>
    public static byte[] OfLines(Random random)
    {
        var corpus = new List<byte>();
        if (random.Next(3) == 0) corpus.AddRange(Encoding.UTF8.Preamble);
        for (var i = random.Next(40); i > 0; i--)
        {
            corpus.AddRange(Encoding.UTF8.GetBytes(Lines[random.Next(Lines.Length)]));
            if (random.Next(8) == 0) corpus.Add(0xC3);
            if (i > 1 || random.Next(2) == 0) corpus.AddRange(random.Next(3) == 0 ? "\r\n"u8 : "\n"u8);
        }
        return [.. corpus];
    }

    /// <summary>Any mixture of what matters to a CSV reader.</summary>
    public static byte[] OfAtoms(Random random) =>
        [.. Enumerable.Range(0, random.Next(120)).SelectMany(_ => Atoms[random.Next(Atoms.Length)])];

    /// <summary>Records, a byte at a time: line number and bytes without the line end.</summary>
    public static List<(long Line, byte[] Bytes)> SlowRecords(ReadOnlySpan<byte> data, RecordFormat format, long line)
    {
        var records = new List<(long, byte[])>();
        var piece = new List<byte>();
        var firstLine = line;
        var (fieldStart, quoted) = (true, false);
        for (var i = 0; i < data.Length; i++)
        {
            var b = data[i];
            if (b == '\n') line++;
            if (b == '\n' && !quoted)
            {
                End();
                (firstLine, fieldStart) = (line, true);
                continue;
            }
            piece.Add(b);
            if (format != RecordFormat.Csv) continue;
            if (quoted && b == '"' && i + 1 < data.Length && data[i + 1] == '"') piece.Add(data[++i]);
            else if (b == '"') quoted = !quoted && fieldStart;
            fieldStart = !quoted && b == ',';
        }
        if (piece.Count > 0) End();
        return records;

        void End()
        {
            if (piece is [.., (byte)'\r']) piece.RemoveAt(piece.Count - 1);
            var blank = piece.All(b => b is (byte)' ' or (byte)'\t' or (byte)'\r');
            if (!blank || format == RecordFormat.Text) records.Add((firstLine, [.. piece]));
            piece.Clear();
        }
    }
}
