using Microsoft.Extensions.Logging;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>What services within this process log, in the output of the test that has started them: it is shown when that test fails.</summary>
internal sealed class TestLog(TimeProvider time) : ILoggerProvider
{
    private readonly ITestOutputHelper? _output = TestContext.Current.TestOutputHelper;

    public ILogger CreateLogger(string categoryName) => new Logger(_output, time, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
        // The output is the test's.
    }

    private sealed class Logger(ITestOutputHelper? output, TimeProvider time, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => output is not null && logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            try
            {
                output!.WriteLine($"{time.GetUtcNow():yyyy-MM-dd HH:mm:ss.fff} {logLevel} {category}: {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}");
            }
            catch (InvalidOperationException)
            {
                // The test is over, and its host stops.
            }
        }
    }
}
