using System.Net;
using System.Net.Sockets;

namespace BatchInfer.Corpus;

/// <summary>Tells addresses of the public internet from those within.</summary>
internal static class PublicNetworks
{
    // IANA's registries of special purpose addresses.
    private static readonly IPNetwork[] Private4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    // Tunnels among them, which carry an address of version 4 inside.
    private static readonly IPNetwork[] Special6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    // Where clouds answer their machines with credentials.
    private static readonly IPNetwork[] Metadata =
        [.. new[] { "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "fd20:ce::254/128", "100.100.100.200/32", "168.63.129.16/32" }.Select(IPNetwork.Parse)];

    /// <summary>Whether a server at an address may be asked.</summary>
    /// <param name="address">The address.</param>
    /// <param name="allowPrivate">Private networks too, but never where credentials are to be had.</param>
    public static bool MayReach(IPAddress address, bool allowPrivate)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (Array.Exists(Metadata, network => network.Contains(plain))) return false;
        if (allowPrivate) return true;
        return plain.AddressFamily == AddressFamily.InterNetwork
            ? !Array.Exists(Private4, network => network.Contains(plain))
            : Global6.Contains(plain) && !Array.Exists(Special6, network => network.Contains(plain));
    }
}
