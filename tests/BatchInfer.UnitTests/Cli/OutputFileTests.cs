using System.Diagnostics;
using System.IO.Pipes;
using BatchInfer.Cli;
using BatchInfer.UnitTests.Client;

namespace BatchInfer.UnitTests.Cli;

/// <summary>What `--output` leads to is written and stays what it was. Devices are made in the test's own folder, so that no mistake meets the machine's.</summary>
public sealed class OutputFileTests : IAsyncLifetime
{
    private const string Lines = "{\"ordinal\":0}\n{\"ordinal\":1}\n";
    private static readonly string Job = Sample.JobId.ToString();
    private readonly TemporaryFolder _folder = new();
    private FakeServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes and devices are no files there.");
        _server = await FakeServer.StartAsync();
        _server.On($"GET /v1/jobs/{Job}", Sample.Job()).OnLines($"GET /v1/jobs/{Job}/predictions", Lines);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_named_pipe_passes_the_bytes_on_and_stays_one()
    {
        string pipe = _folder["pipe"];
        Assert.True(await SucceedsAsync("mkfifo", pipe));
        var reader = Task.Run(() => File.ReadAllText(pipe), Ct);
        Assert.Equal(0, await ExportAsync(new TestCli(_server), pipe));
        Assert.True(await SucceedsAsync("test", "-p", pipe));
        Assert.Equal(Lines, await reader);
        Assert.Equal([pipe], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Waiting_for_the_reader_of_a_named_pipe_ends_with_the_command()
    {
        string pipe = _folder["pipe"];
        Assert.True(await SucceedsAsync("mkfifo", pipe));
        using var interrupt = new CancellationTokenSource();
        var waiting = ExportAsync(new TestCli(_server) { Token = interrupt.Token }, pipe);
        await interrupt.CancelAsync();
        Assert.Equal(ExitCodes.Interrupted, await waiting);
        // Opened both ways it needs no other end, and is one: the opening that was left behind ends.
        await using var end = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    [Fact]
    public async Task A_device_is_written_through_and_its_refusal_is_said()
    {
        string device = _folder["full"], link = _folder["link"];
        Assert.SkipUnless(await SucceedsAsync("mknod", device, "c", "1", "7"), "Only root makes devices, and not everywhere.");
        File.CreateSymbolicLink(link, device);
        foreach (string path in (string[])[device, link])
        {
            var cli = new TestCli(_server);
            Assert.Equal(ExitCodes.Failed, await ExportAsync(cli, path));
            Assert.Matches($"^'{path}' could not be written: No space left on device", cli.Error);
            Assert.DoesNotContain("written to", cli.Error, StringComparison.Ordinal);
            Assert.True(await SucceedsAsync("test", "-c", device));
        }

        Assert.Equal(device, new FileInfo(link).LinkTarget);
        Assert.Equal([device, link], Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_descriptor_is_written_from_where_it_stands()
    {
        await using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        Assert.Equal(0, await ExportAsync(new TestCli(_server), $"/dev/fd/{pipe.GetClientHandleAsString()}"));
        pipe.DisposeLocalCopyOfClientHandle();
        using (var reader = new StreamReader(pipe)) Assert.Equal(Lines, await reader.ReadToEndAsync(Ct));

        string path = _folder.File("log", "before\n");
        await using (var log = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            log.Seek(0, SeekOrigin.End);
            string descriptor = $"/dev/fd/{log.SafeFileHandle.DangerousGetHandle()}";
            for (int i = 0; i < 2; i++) Assert.Equal(0, await ExportAsync(new TestCli(_server), descriptor));
        }

        Assert.Equal($"before\n{Lines}{Lines}", await File.ReadAllTextAsync(path, Ct));
    }

    [Fact]
    public async Task A_link_to_standard_output_is_standard_output()
    {
        string link = _folder["link"];
        File.CreateSymbolicLink(link, "/dev/fd/1");
        var cli = new TestCli(_server);
        Assert.Equal(0, await ExportAsync(cli, link));
        Assert.Equal((Lines, ""), (cli.Out, cli.Error));
        Assert.Equal("/dev/fd/1", new FileInfo(link).LinkTarget);
    }

    [Fact]
    public async Task A_descriptor_that_is_not_open_is_wrong_input()
    {
        var cli = new TestCli(_server);
        Assert.Equal(ExitCodes.BadInput, await ExportAsync(cli, "/dev/fd/987654"));
        Assert.Contains("/dev/fd/987654", cli.Error, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Links_are_followed_to_the_file_which_keeps_its_mode()
    {
        string file = _folder.File("elsewhere/out.jsonl", "old"), first = _folder["first.jsonl"], second = _folder["second.jsonl"], dangling = _folder["dangling.jsonl"];
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        File.CreateSymbolicLink(second, "elsewhere/out.jsonl");
        File.CreateSymbolicLink(first, "second.jsonl");
        File.CreateSymbolicLink(dangling, "elsewhere/new.jsonl");
        foreach (string link in (string[])[first, dangling]) Assert.Equal(0, await ExportAsync(new TestCli(_server), link));
        Assert.Equal(0, await new TestCli(_server).RunAsync("export", Job, "--output", file));

        Assert.Equal(["second.jsonl", "elsewhere/out.jsonl", "elsewhere/new.jsonl"], ((string[])[first, second, dangling]).Select(l => new FileInfo(l).LinkTarget));
        Assert.Equal([Lines, Lines], [await File.ReadAllTextAsync(file, Ct), await File.ReadAllTextAsync(dangling, Ct)]);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite, File.GetUnixFileMode(file));
        Assert.Equal(["new.jsonl", "out.jsonl"], Directory.GetFiles(_folder["elsewhere"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static Task<int> ExportAsync(TestCli cli, string path) => cli.RunAsync("export", Job, "--output", path);

    private static async Task<bool> SucceedsAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(Ct);
        return process.ExitCode == 0;
    }
}
