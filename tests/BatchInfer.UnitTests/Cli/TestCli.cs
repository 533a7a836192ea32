using System.Text;
using BatchInfer.Cli;
using BatchInfer.Cli.Embedded;
using BatchInfer.Standalone;
using BatchInfer.UnitTests.Client;
using Spectre.Console;

namespace BatchInfer.UnitTests.Cli;

/// <summary>The whole command in this process, against a fake server, with what it wrote.</summary>
internal sealed class TestCli(FakeServer? server = null)
{
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public bool Terminal { get; init; }

    public string In { get; init; } = "";

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public List<StandaloneSettings> Started { get; } = [];

    public int Stopped { get; private set; }

    public Exception? StartFailure { get; init; }

    public CancellationToken Token { get; init; } = TestContext.Current.CancellationToken;

    public async Task<int> RunAsync(params string[] args)
    {
        if (server is not null) Variables.TryAdd("BATCHINFER_SERVER", server.Address.ToString());
        await using var output = new StringWriter(_out);
        await using var error = new StringWriter(_error);
        return await CommandLine.InvokeAsync(args, new CliEnvironment
        {
            Out = output,
            Error = error,
            OutBytes = () => new TextSink(_out),
            In = () => new MemoryStream(Encoding.UTF8.GetBytes(In)),
            OutIsTerminal = Terminal,
            ErrorIsTerminal = Terminal,
            OutConsole = () => Console(output),
            ErrorConsole = () => Console(error),
            Variable = name => Variables.GetValueOrDefault(name),
            StartServer = StartAsync,
            Time = new InstantTime(),
        }, Token);
    }

    private static IAnsiConsole Console(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.TrueColor, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 200;
        return console;
    }

    private Task<EmbeddedServer> StartAsync(StandaloneSettings settings, CancellationToken ct)
    {
        Started.Add(settings);
        if (StartFailure is not null) throw StartFailure;
        return Task.FromResult(new EmbeddedServer(server!.Address, _ => Task.CompletedTask, () =>
        {
            Stopped++;
            return default;
        }));
    }

    private sealed class TextSink(StringBuilder text) : MemoryStream
    {
        protected override void Dispose(bool disposing)
        {
            if (disposing) text.Append(Encoding.UTF8.GetString(ToArray()));
            base.Dispose(disposing);
        }
    }
}
