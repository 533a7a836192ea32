using System.Diagnostics;
using System.Threading.Channels;

namespace BatchInfer.Benchmarks.Lookup;

/// <summary>Load over HTTP: as fast as it goes, or at a steady rate with latencies from when each call was due.</summary>
internal static class HttpLoad
{
    /// <summary>Calls made a second by as many connections as there are, each with one call at a time.</summary>
    public static async Task<double> TopRateAsync(int port, int connections, TimeSpan duration, byte[][] requests, bool chunked = false)
    {
        using var ended = new CancellationTokenSource(duration);
        return await RateUntilAsync(port, connections, requests, ended.Token, chunked);
    }

    /// <summary>The same, until it is told to stop.</summary>
    public static async Task<double> RateUntilAsync(int port, int connections, byte[][] requests, CancellationToken ended, bool chunked = false)
    {
        long calls = 0;
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(c => Task.Run(async () =>
        {
            using var connection = await HttpConnection.OpenAsync(port);
            var random = new Random(c);
            long own = 0;
            for (; !ended.IsCancellationRequested; own++)
            {
                byte[] request = requests[random.Next(requests.Length)];
                if (chunked) await connection.CallChunkedAsync(request);
                else await connection.CallAsync(request);
            }

            Interlocked.Add(ref calls, own);
        }, CancellationToken.None)));
        return calls / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Latencies in milliseconds, sorted, at a steady rate of calls a second.</summary>
    public static async Task<double[]> LatenciesAsync(int port, int connections, TimeSpan duration, byte[][] requests, double rate)
    {
        // Unbounded: a server that falls behind must not slow the clock down. It holds the time each waiting call was due.
        var due = Channel.CreateUnbounded<long>();
        var latencies = new List<double>[connections];
        var work = Enumerable.Range(0, connections).Select(c => Task.Run(async () =>
        {
            using var connection = await HttpConnection.OpenAsync(port);
            var random = new Random(c);
            var own = latencies[c] = [];
            await foreach (long at in due.Reader.ReadAllAsync())
            {
                await connection.CallAsync(requests[random.Next(requests.Length)]);
                own.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
            }
        })).ToArray();
        var clock = new Thread(() =>
        {
            long started = Stopwatch.GetTimestamp(), released = 0;
            for (var elapsed = TimeSpan.Zero; elapsed < duration; elapsed = Stopwatch.GetElapsedTime(started))
            {
                for (long until = (long)(elapsed.TotalSeconds * rate); released < until; released++) due.Writer.TryWrite(Stopwatch.GetTimestamp());
                Thread.Sleep(1);
            }

            due.Writer.Complete();
        });
        clock.Start();
        await Task.WhenAll(work);
        clock.Join();
        double[] all = [.. latencies.SelectMany(l => l)];
        Array.Sort(all);
        return all;
    }
}
