using BatchInfer.Corpus;

namespace BatchInfer.UnitTests.Corpus;

public sealed class CorpusSourceFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("batchinfer-source-").FullName;
    private readonly HttpClient _http = new();
    private readonly string _root;
    private readonly CorpusSource _source;

    public CorpusSourceFileTests()
    {
        _root = Path.Combine(_folder, "corpora");
        Directory.CreateDirectory(Path.Combine(_root, "inner"));
        File.WriteAllText(Path.Combine(_root, "a b.txt"), "0123456789");
        Directory.CreateDirectory(Path.Combine(_folder, "corpora-secret"));
        File.WriteAllText(Path.Combine(_folder, "secret.txt"), "secret");
        File.WriteAllText(Path.Combine(_folder, "corpora-secret", "s.txt"), "secret");
        _source = new CorpusSource(_http, [_root]);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(0, 10, "0123456789")]
    [InlineData(3, 4, "3456")]
    [InlineData(9, 1, "9")]
    [InlineData(10, 0, "")]
    public async Task A_file_range_is_exactly_that(long offset, long length, string expected) =>
        Assert.Equal(expected, await ReadAsync(new Uri(Path.Combine(_root, "a b.txt")), offset, length));

    [Theory]
    [InlineData(0, 11)]
    [InlineData(11, 0)]
    [InlineData(long.MaxValue, 1)]
    public async Task A_range_beyond_the_end_of_the_file_is_refused(long offset, long length)
    {
        var e = await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync(new Uri(Path.Combine(_root, "a b.txt")), offset, length));
        Assert.Contains("has 10 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_cut_while_it_is_read_is_an_error_and_not_an_end()
    {
        await using var stream = await _source.OpenAsync(new Uri(Path.Combine(_root, "a b.txt")), 0, 10, Ct);
        Assert.Equal(4, await stream.ReadAtLeastAsync(new byte[4], 4, cancellationToken: Ct));

        using (var file = new FileStream(Path.Combine(_root, "a b.txt"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(7);
        await Assert.ThrowsAsync<EndOfStreamException>(() => stream.CopyToAsync(Stream.Null, Ct));
    }

    [Theory]
    [InlineData("secret.txt")]
    [InlineData("corpora-secret/s.txt")]
    [InlineData("corpora/../secret.txt")]
    [InlineData("corpora/%2e%2e/secret.txt")]
    [InlineData("corpora/inner%2F..%2F..%2Fsecret.txt")]
    [InlineData("corpora")]
    [InlineData("absent.txt")]
    public async Task A_path_out_of_the_roots_is_refused(string path) => await RefusedAsync(path);

    [Fact]
    public async Task A_link_out_of_the_roots_is_refused()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "file-link.txt"), Path.Combine(_folder, "secret.txt"));
        File.CreateSymbolicLink(Path.Combine(_root, "relative-link.txt"), "../secret.txt");
        Directory.CreateSymbolicLink(Path.Combine(_root, "folder-link"), _folder);
        File.CreateSymbolicLink(Path.Combine(_root, "chain.txt"), "inner/second.txt");
        File.CreateSymbolicLink(Path.Combine(_root, "inner", "second.txt"), "../file-link.txt");
        File.CreateSymbolicLink(Path.Combine(_root, "loop"), "loop");
        foreach (var path in new[] { "file-link.txt", "relative-link.txt", "folder-link/secret.txt", "chain.txt", "loop", "loop/x" })
            await RefusedAsync("corpora/" + path);
    }

    [Fact]
    public async Task Links_that_stay_inside_and_a_root_that_is_a_link_are_followed()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "inner", "link.txt"), "../a b.txt");
        Assert.Equal("012", await ReadAsync(new Uri(Path.Combine(_root, "inner", "link.txt")), 0, 3));

        Directory.CreateSymbolicLink(Path.Combine(_folder, "root-link"), _root);
        var source = new CorpusSource(_http, [Path.Combine(_folder, "root-link") + "/"]);
        foreach (var root in new[] { "root-link", "corpora" })
        {
            await using var stream = await source.OpenAsync(new Uri(Path.Combine(_folder, root, "a b.txt")), 1, 2, Ct);
            Assert.Equal("12", await new StreamReader(stream).ReadToEndAsync(Ct));
        }
    }

    [Fact]
    public async Task What_cannot_be_read_is_named()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => ReadAsync(new Uri(Path.Combine(_root, "absent.txt")), 0, 1));
        var e = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => ReadAsync(new Uri(Path.Combine(_root, "inner")), 0, 1));
        Assert.Contains("a folder", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => ReadAsync(new Uri("file://server/share/x.txt"), 0, 1));
        await Assert.ThrowsAsync<NotSupportedException>(() => ReadAsync(new Uri("ftp://server/x.txt"), 0, 1));
        await Assert.ThrowsAsync<NotSupportedException>(() => ReadAsync(new Uri("x.txt", UriKind.Relative), 0, 1));
        var none = new CorpusSource(_http, []);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => none.OpenAsync(new Uri(Path.Combine(_root, "a b.txt")), 0, 1, Ct));
    }

    private async Task RefusedAsync(string path)
    {
        var e = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => ReadAsync(new Uri($"file://{_folder}/{path}"), 0, 1));
        Assert.Contains("corpus", e.Message, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> ReadAsync(Uri uri, long offset, long length)
    {
        await using var stream = await _source.OpenAsync(uri, offset, length, Ct);
        return await new StreamReader(stream).ReadToEndAsync(Ct);
    }
}
