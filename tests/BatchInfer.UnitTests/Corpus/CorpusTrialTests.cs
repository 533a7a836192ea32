using BatchInfer.Contracts;
using BatchInfer.Corpus;

namespace BatchInfer.UnitTests.Corpus;

/// <summary>What a process says of a corpus that it tries to read.</summary>
public sealed class CorpusTrialTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ObjectStorage _objects = new(new ObjectStorageOptions { Allow = { "https://*/" } }, TimeProvider.System);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _objects.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("tickets.jsonl", "{}\n", true, "can be read: 3 bytes")]
    [InlineData("empty.jsonl", "", true, "can be read: 0 bytes")]
    [InlineData("table.parquet", "PAR1....", false, "is Parquet")]
    public async Task A_file_is_read_and_told_by_its_first_bytes(string name, string text, bool readable, string found)
    {
        await File.WriteAllTextAsync(_folder[name], text, Ct);
        var tried = await TryAsync(_folder[name]);
        Assert.Equal((readable, false), (tried.IsReadable, tried.IsRefused));
        Assert.Contains(found, tried.Found, StringComparison.Ordinal);
        Assert.Equal(readable, tried.Advice is null);
    }

    [Theory]
    [InlineData("mounted/nowhere/tickets.jsonl", "There is no folder", "Mount the shared folder")]
    [InlineData("absent.jsonl", "There is no file", "not mounted")]
    [InlineData("folder", "is a folder", "Name a file")]
    public async Task What_is_not_there_is_told_with_what_to_do(string name, string found, string advice)
    {
        Directory.CreateDirectory(_folder["folder"]);
        var tried = await TryAsync(_folder[name]);
        Assert.Equal((false, false), (tried.IsReadable, tried.IsRefused));
        Assert.Contains(found, tried.Found, StringComparison.Ordinal);
        Assert.Contains(advice, tried.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_the_roots_nothing_is_told_whether_it_is_there_or_not()
    {
        using var other = new TemporaryFolder();
        await File.WriteAllTextAsync(other["there.jsonl"], "{}", Ct);
        File.CreateSymbolicLink(_folder["link.jsonl"], other["there.jsonl"]);
        var said = new List<string>();
        foreach (string path in (string[])[other["there.jsonl"], other["nowhere.jsonl"], _folder["link.jsonl"]])
        {
            var tried = await TryAsync(path);
            Assert.Equal((false, true), (tried.IsReadable, tried.IsRefused));
            Assert.Contains("Corpora__Roots__0", tried.Advice, StringComparison.Ordinal);
            said.Add(tried.Found.Replace(path, "it", StringComparison.Ordinal));
        }

        Assert.Single(said.Distinct());
    }

    [Theory]
    [InlineData("s3://bucket/tickets.jsonl?x=not-to-be-told-elsewhere", "ObjectStorage__Allow__")]
    [InlineData("http://data.example.org/t.jsonl?signature=secret", "ObjectStorage__Allow__")]
    [InlineData("https://127.0.0.1/t.jsonl?signature=secret", "private network")]
    [InlineData("https://169.254.169.254/latest/meta-data?signature=secret", "private network")]
    public async Task An_object_is_held_to_what_jobs_are_held_to(string address, string found)
    {
        Assert.True(CorpusTrial.TryParse(address, out var parsed, out _));
        var tried = await new CorpusTrial(_objects, [], "Corpora__Roots__0").RunAsync(parsed, Ct);
        Assert.Equal((false, true), (tried.IsReadable, tried.IsRefused));
        Assert.Contains(found, tried.Found, StringComparison.Ordinal);
        Assert.DoesNotContain("signature", tried.Found + tried.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://host/file")]
    [InlineData("tickets.jsonl")]
    [InlineData("../tickets.jsonl")]
    [InlineData("file:tickets.jsonl")]
    [InlineData("file://host/share/tickets.jsonl")]
    [InlineData("https://user:password@host/file")]
    [InlineData("s3://bucket/")]
    [InlineData("/data/a\nb")]
    public void What_is_no_address_is_refused_with_a_sentence(string text)
    {
        Assert.False(CorpusTrial.TryParse(text, out _, out string? problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/data/a b#c?d%20e.jsonl")]
    [InlineData("/data/ä.jsonl")]
    public void A_path_stays_what_it_is_also_through_a_message(string path)
    {
        Assert.True(CorpusTrial.TryParse(path, out var address, out _));
        Assert.Equal(path, new Uri(address.OriginalString).LocalPath);
    }

    private async Task<InputTried> TryAsync(string path)
    {
        Assert.True(CorpusTrial.TryParse(path, out var address, out string? problem), problem);
        return await new CorpusTrial(_objects, [_folder.Path], "Corpora__Roots__0").RunAsync(address, Ct);
    }
}
