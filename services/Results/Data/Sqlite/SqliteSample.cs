using Microsoft.Data.Sqlite;

namespace BatchInfer.Results.Data.Sqlite;

/// <summary>
/// Rows and bytes of a table by what they belong to, counted or estimated from a share of them. SQLite cannot draw rows at random
/// without reading all: looked at are strips of neighbours, spread evenly over the keys, so that old and new rows are among them.
/// </summary>
internal sealed class SqliteSample(SqliteConnection connection, CancellationToken ct)
{
    // Neighbours lie on the same pages: a strip costs little more than one row of it.
    private const long KeysOfStrip = 1000;

    /// <param name="sql">Number of what rows belong to, count and bytes of the rows with keys from <c>$1</c> to <c>$2</c>; <c>$3</c> is the range's job.</param>
    /// <param name="ranges">All keys of the table.</param>
    /// <param name="share">Of the keys to look at; 1 for all.</param>
    public Dictionary<int, (double Rows, double Bytes)> Measure(string sql, IEnumerable<KeyRange> ranges, double share)
    {
        var measured = new Dictionary<int, (double Rows, double Bytes)>();
        using var select = new SqliteStatement(connection, sql, 3);
        foreach (var range in ranges)
        {
            long keys = share < 1 ? Math.Max(1, (long)(range.Keys * share)) : range.Keys;
            long strips = share < 1 ? (keys + KeysOfStrip - 1) / KeysOfStrip : 1;
            long width = keys / strips;
            double weight = (double)range.Keys / (strips * width);
            for (long strip = 0; strip < strips; strip++)
            {
                ct.ThrowIfCancellationRequested();
                long first = range.First + (range.Keys * strip / strips);
                using var row = select.Read(first, first + width - 1, range.Job);
                while (row.Read())
                {
                    var (rows, bytes) = measured.GetValueOrDefault(row.GetInt32(0));
                    measured[row.GetInt32(0)] = (rows + (row.GetInt64(1) * weight), bytes + (row.GetInt64(2) * weight));
                }
            }
        }

        return measured;
    }
}
