namespace BatchInfer.UnitTests.Fuzzing;

/// <summary>ONNX files with something wrong in them.</summary>
internal static class GraphMutation
{
    // Varints that sizes, types and field numbers become: huge, negative, beyond 64 bits.
    private static readonly byte[][] Varints =
    [
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x80, 0x80, 0x80, 0x80, 0x80, 0x20],
        [0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0x00],
    ];

    /// <summary>Changes a graph. Most of a large file are weights, any of which are as good as others: its ends are where it can break.</summary>
    public static (byte[] Content, string Description) Of(byte[] graph, Random random)
    {
        byte[] changed = [.. graph];
        switch (random.Next(5))
        {
            case 0:
                int length = random.Next(graph.Length);
                return (changed[..length], $"truncated to {length} bytes");
            case 1:
                int at = Place(graph, random);
                byte[] number = Varints[random.Next(Varints.Length)];
                // In the place of one byte: every length around it is wrong then, too.
                return ([.. graph[..at], .. number, .. graph[(at + 1)..]], $"a number at {at}");
            case 2:
                int from = Place(graph, random), to = Place(graph, random), count = Math.Min(random.Next(1, 64), graph.Length - Math.Max(from, to));
                graph.AsSpan(from, count).CopyTo(changed.AsSpan(to));
                return (changed, $"{count} bytes from {from} again at {to}");
            default:
                int flips = random.Next(1, 5);
                for (int i = 0; i < flips; i++) changed[Place(graph, random)] ^= (byte)(1 << random.Next(8));
                return (changed, $"{flips} bits flipped");
        }
    }

    private static int Place(byte[] graph, Random random)
    {
        int edge = Math.Min(graph.Length, 1 << 13);
        return random.Next(8) switch { < 4 => random.Next(edge), < 7 => graph.Length - 1 - random.Next(edge), _ => random.Next(graph.Length) };
    }
}
