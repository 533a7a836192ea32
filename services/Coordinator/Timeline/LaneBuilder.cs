using BatchInfer.Contracts;

namespace BatchInfer.Coordinator.Timeline;

/// <summary>One worker's shards: side by side where they overlap, and drawn together where they are too short to be seen alone.</summary>
internal sealed class LaneBuilder(string worker)
{
    // More side by side than any worker takes; what would need more shares the last.
    private const int MaxRows = 8;

    // Of the whole time: narrower than two pixels on a wide screen.
    private const double Visible = 1.0 / 400;
    private readonly List<TimelineSpan> _spans = [];

    public string Worker => worker;

    public int Shards { get; private set; }

    public long Records { get; private set; }

    public void Add(TimelineSpan span, long records)
    {
        _spans.Add(span);
        Records += records;
        if (span.Persisted is not null) Shards++;
    }

    public WorkerLane Build(double seconds)
    {
        _spans.Sort((a, b) => Begin(a).CompareTo(Begin(b)));
        List<List<TimelineSpan>> rows = [];
        double busy = 0, busyUntil = 0;
        foreach (var span in _spans)
        {
            var (begin, end) = (Begin(span), span.Persisted ?? seconds);
            busy += Math.Max(0, end - Math.Max(begin, busyUntil));
            busyUntil = Math.Max(busyUntil, end);
            Append(RowFor(rows, begin, seconds), span, seconds);
        }

        return new WorkerLane(worker, Shards, Records, Math.Round(busy, 3), [.. rows.Select(r => (IReadOnlyList<TimelineSpan>)[.. r.Select(Rounded)])]);
    }

    private static List<TimelineSpan> RowFor(List<List<TimelineSpan>> rows, double begin, double seconds)
    {
        foreach (var row in rows)
            if ((row[^1].Persisted ?? seconds) <= begin) return row;
        if (rows.Count == MaxRows) return rows[^1];
        rows.Add([]);
        return rows[^1];
    }

    private static void Append(List<TimelineSpan> row, TimelineSpan span, double seconds)
    {
        double least = seconds * Visible;
        if (row is [.., { Persisted: { } until } last] && span.Persisted is { } end
            && until - Begin(last) < least && Begin(span) - until < least)
            row[^1] = Merge(last, span, end);
        else row.Add(span);
    }

    // The share of the model and of the store stays what it was over both.
    private static TimelineSpan Merge(TimelineSpan a, TimelineSpan b, double end)
    {
        double begin = Begin(a), persisted = Math.Max(a.Persisted!.Value, end);
        double storing = Storing(a) + Storing(b), taken = a.Persisted.Value - begin + (end - Begin(b));
        double? inferred = a.Inferred is null && b.Inferred is null ? null : persisted - (taken <= 0 ? 0 : (persisted - begin) * Math.Min(1, storing / taken));
        return new TimelineSpan(a.Shards + b.Shards, Math.Min(a.Dispatched, b.Dispatched), begin, inferred, persisted);
    }

    private static double Storing(TimelineSpan span) => span is { Inferred: { } inferred, Persisted: { } persisted } ? persisted - inferred : 0;

    private static double Begin(TimelineSpan span) => span.Started ?? span.Dispatched;

    private static TimelineSpan Rounded(TimelineSpan s) =>
        new(s.Shards, Math.Round(s.Dispatched, 3), Round(s.Started), Round(s.Inferred), Round(s.Persisted));

    private static double? Round(double? value) => value is { } v ? Math.Round(v, 3) : null;
}
