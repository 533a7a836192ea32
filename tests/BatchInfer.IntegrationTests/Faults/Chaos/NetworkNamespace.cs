using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>
/// Another host, as far as the network goes: a namespace joined to this one by a pair of virtual interfaces. Its end of the
/// pair can be taken down, and every packet is then lost without a word, as when a cable is pulled. Needs root.
/// </summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private static int s_count;
    private readonly string _name;
    private readonly string _outer;
    private readonly string _inner;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly int _broker;

    public NetworkNamespace(int brokerPort)
    {
        // A subnet of two addresses for each: the process id keeps runs beside each other apart.
        int number = (Environment.ProcessId * 7 + Interlocked.Increment(ref s_count)) % 16384;
        string prefix = string.Create(CultureInfo.InvariantCulture, $"10.{200 + number / 4096 % 16}.{number / 16 % 256}.");
        int first = number % 16 * 16;
        (_name, _outer, _inner) = ($"batchinfer-{number}", $"bi{number}o", $"bi{number}i");
        HostAddress = string.Create(CultureInfo.InvariantCulture, $"{prefix}{first + 1}");
        string inside = string.Create(CultureInfo.InvariantCulture, $"{prefix}{first + 2}");
        Ip("netns", "add", _name);
        Ip("link", "add", _outer, "type", "veth", "peer", "name", _inner, "netns", _name);
        Ip("addr", "add", HostAddress + "/28", "dev", _outer);
        Ip("link", "set", _outer, "up");
        Ip("-n", _name, "addr", "add", inside + "/28", "dev", _inner);
        Ip("-n", _name, "link", "set", _inner, "up");
        Ip("-n", _name, "link", "set", "lo", "up");
        _broker = brokerPort;
        _listener = new TcpListener(IPAddress.Parse(HostAddress), 0);
        _listener.Start();
        ForwardedPort = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    /// <summary>This machine's address as the namespace sees it.</summary>
    public string HostAddress { get; }

    /// <summary>Port there that leads to the broker.</summary>
    public int ForwardedPort { get; }

    /// <summary>What runs a program inside.</summary>
    public string[] Command => ["ip", "netns", "exec", _name];

    /// <summary>Whether namespaces can be made here.</summary>
    public static bool Possible => Environment.UserName == "root" && File.Exists("/usr/sbin/ip");

    public void Cut() => Ip("link", "set", _outer, "down");

    public void Mend() => Ip("link", "set", _outer, "up");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Ip("link", "del", _outer);
        Ip("netns", "del", _name);
        _stop.Dispose();
    }

    private static void Ip(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error}");
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ForwardAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ForwardAsync(TcpClient inner)
    {
        using (inner)
        using (var outer = new TcpClient())
        {
            try
            {
                await outer.ConnectAsync(IPAddress.Loopback, _broker, _stop.Token);
                await Task.WhenAny(
                    inner.GetStream().CopyToAsync(outer.GetStream(), _stop.Token), outer.GetStream().CopyToAsync(inner.GetStream(), _stop.Token));
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                // The broker is away, or the connection was cut: so is this one, now.
            }
        }
    }
}
