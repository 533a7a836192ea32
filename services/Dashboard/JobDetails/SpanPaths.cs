using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Dashboard.Layout;

namespace BatchInfer.Dashboard.JobDetails;

/// <summary>A row of shards as four SVG paths: a thousand shards are as many elements as one.</summary>
internal sealed class SpanPaths
{
    private const double Least = 1.5;
    private readonly StringBuilder _waiting = new(), _inferring = new(), _storing = new(), _inFlight = new();
    private readonly double _scale;

    public SpanPaths(IReadOnlyList<TimelineSpan> spans, double seconds)
    {
        _scale = 1000 / Math.Max(0.001, seconds);
        foreach (var span in spans)
        {
            if (span.Started is not { } started || span.Persisted is not { } persisted)
            {
                Add(_inFlight, span.Dispatched, seconds, 3, 6);
                continue;
            }

            Add(_waiting, span.Dispatched, started, 5, 2);
            Add(_inferring, started, span.Inferred ?? persisted, 1, 10);
            if (span.Inferred is { } inferred) Add(_storing, inferred, persisted, 1, 10);
        }
    }

    public string Waiting => _waiting.ToString();

    public string Inferring => _inferring.ToString();

    public string Storing => _storing.ToString();

    public string InFlight => _inFlight.ToString();

    private void Add(StringBuilder path, double from, double to, int top, int height)
    {
        if (to <= from) return;
        string width = Show.Number(Math.Max(Least, (to - from) * _scale));
        path.Append('M').Append(Show.Number(from * _scale)).Append(' ').Append(top).Append('h').Append(width).Append('v').Append(height).Append("h-").Append(width).Append('z');
    }
}
