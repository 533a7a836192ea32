using System.IO.Compression;
using System.Text;
using BatchInfer.Cli;
using BatchInfer.IntegrationTests.ObjectStores;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary><c>batchinfer run</c> writes what its output's name says, and through what is no file.</summary>
public sealed class OutputFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_writes_the_format_that_the_name_says()
    {
        string input = _folder.File("in.txt", "a fine film\n \na dull film\n");
        foreach (string name in (string[])["out.jsonl", "out.csv", "out.parquet", "out.jsonl.gz"])
        {
            var (code, _, error) = await RunAsync(input, "-o", _folder[name]);
            Assert.True(code == ExitCodes.ErrorRows, error);
            Assert.EndsWith($"Written to {_folder[name]}.", error, StringComparison.Ordinal);
        }

        string lines = await File.ReadAllTextAsync(_folder["out.jsonl"], Ct);
        Assert.Equal(3, lines.TrimEnd().Split('\n').Length);
        await using (var packed = new GZipStream(File.OpenRead(_folder["out.jsonl.gz"]), CompressionMode.Decompress))
        using (var reader = new StreamReader(packed)) Assert.Equal(lines, await reader.ReadToEndAsync(Ct));
        string[] csv = (await File.ReadAllTextAsync(_folder["out.csv"], Ct)).TrimEnd().Split("\r\n");
        Assert.Equal(4, csv.Length);
        Assert.StartsWith("ordinal,custom_id,", csv[0], StringComparison.Ordinal);
        byte[] parquet = await File.ReadAllBytesAsync(_folder["out.parquet"], Ct);
        Assert.Equal("PAR1PAR1", Encoding.ASCII.GetString([.. parquet[..4], .. parquet[^4..]]));
    }

    [Fact]
    public async Task A_run_that_stops_at_its_error_rows_names_commands_that_list_them()
    {
        string input = _folder.File("in.txt", string.Concat(Enumerable.Range(0, 30).Select(i => $"a fine film {i}\n \n")));
        var (code, output, error) = await RunAsync(input, "--error-threshold", "0");
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Equal(11, output.Split('\n').Length);
        Assert.Contains("empty_text", output, StringComparison.Ordinal);
        Assert.DoesNotContain("GET /v1", error, StringComparison.Ordinal);
        Assert.Contains("These are 10 of 30 error rows.", error, StringComparison.Ordinal);
        Assert.Contains($"'batchinfer serve --data {_folder["data"]} --models {Repository.SampleModels}'", error, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Out, string Error)> RunAsync(string input, params string[] options) => CliProcess.RunAsync(
        new Dictionary<string, string>(), Ct, ["run", "--model", Path.Combine(Repository.SampleModels, "sentiment"), "--input", input, "--data", _folder["data"], .. options]);
}
