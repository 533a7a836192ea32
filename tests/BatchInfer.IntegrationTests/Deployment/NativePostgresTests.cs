using BatchInfer.IntegrationTests.Hosting;
using Npgsql;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>The script that starts a PostgreSQL without Docker.</summary>
public sealed class NativePostgresTests
{
    [Fact]
    public async Task A_folder_that_the_server_s_user_cannot_enter_has_its_database_elsewhere()
    {
        using var folder = new TemporaryFolder();
        var ct = TestContext.Current.CancellationToken;
        // As a clone below /root is, to the user postgres.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            await RunAsync("start");
            await using (var connection = new NpgsqlConnection(File.ReadAllText(folder["postgres/url"]).Trim() + ";Pooling=false"))
            {
                await connection.OpenAsync(ct);
                await using var command = new NpgsqlCommand("CREATE TABLE kept (n int)", connection);
                await command.ExecuteNonQueryAsync(ct);
            }

            await RunAsync("stop");
            await RunAsync("start");
            await using (var connection = new NpgsqlConnection(File.ReadAllText(folder["postgres/url"]).Trim() + ";Pooling=false"))
            {
                await connection.OpenAsync(ct);
                await using var command = new NpgsqlCommand("SELECT count(*) FROM kept", connection);
                Assert.Equal(0L, await command.ExecuteScalarAsync(ct));
            }
        }
        finally
        {
            await RunAsync("stop");
            // Where only root may make it, it is not below the folder.
            if (Directory.Exists(folder["postgres/pg"])) (Directory.ResolveLinkTarget(folder["postgres/pg"], returnFinalTarget: true) as DirectoryInfo)?.Delete(recursive: true);
        }

        async Task RunAsync(string command)
        {
            string script = Path.Combine(Repository.Root, "deploy", "native", "postgres"), errors = folder[$"{command}.log"];
            // To a file, not a pipe: the server keeps it open.
            var (exit, output) = await Tool.RunAsync("bash", ["-c", "exec \"$@\" 2>\"$0\"", errors, script, command, folder["postgres"]], ct);
            Assert.SkipWhen(exit == NativeServers.NotInstallable, "PostgreSQL cannot be installed here.");
            Assert.True(exit == 0, $"{command}: {output}{await File.ReadAllTextAsync(errors, ct)}");
        }
    }
}
