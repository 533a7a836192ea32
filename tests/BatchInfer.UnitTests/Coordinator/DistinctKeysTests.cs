using BatchInfer.Coordinator.EstimateJob;

namespace BatchInfer.UnitTests.Coordinator;

/// <summary>Different keys are counted exactly, in memory or by way of the disk.</summary>
public sealed class DistinctKeysTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(999, 1000)]
    [InlineData(1000, 1000)]
    [InlineData(1001, 1000)]
    [InlineData(5000, 1)]
    [InlineData(50_000, 1000)]
    public void Each_key_comes_once_and_in_order(int count, int inMemory)
    {
        var random = new Random(7);
        // Half of them come again, wherever the runs begin and end.
        var keys = Enumerable.Range(0, count).Select(_ => Key(random.Next(Math.Max(1, count / 2)))).ToList();
        using var distinct = new DistinctKeys(Scratch, inMemory);
        foreach (var key in keys) distinct.Add(key);

        var found = distinct.Enumerate().ToList();

        Assert.Equal(keys.Distinct().Order(), found);
        if (count <= inMemory) Assert.Empty(Directory.EnumerateFiles(_folder["."]));
    }

    [Fact]
    public void The_file_goes_with_it()
    {
        using (var distinct = new DistinctKeys(Scratch, inMemory: 2))
        {
            for (int i = 0; i < 10; i++) distinct.Add(Key(i));
            Assert.Equal(10, distinct.Enumerate().Count());
            Assert.NotEmpty(Directory.EnumerateFiles(_folder["."]));
        }

        Assert.Empty(Directory.EnumerateFiles(_folder["."]));
    }

    public void Dispose() => _folder.Dispose();

    private static SizedKey Key(int number)
    {
        var bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes.AsSpan(number % 12), number);
        return new SizedKey(new Guid(bytes), number);
    }

    private FileStream Scratch() => new(_folder[Guid.NewGuid().ToString("N")], new FileStreamOptions
    {
        Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0, Options = FileOptions.DeleteOnClose,
    });
}
