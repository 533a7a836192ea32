using System.CommandLine;
using System.Net;
using System.Reflection;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer doctor`.</summary>
internal static class DoctorCommand
{
    private static readonly string Version =
        typeof(DoctorCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static Command Create(CliEnvironment env)
    {
        var input = new Option<string?>("--input")
        {
            Description = "Corpus that the coordinator and each worker try to read: an address, s3://, az:// or https://, or the path of a file as they see it", HelpName = "path-or-url",
        };
        var command = RemoteCommand.Create(env, "doctor", "Looks at an installation, says what is wrong and what to do; exit code 1 where jobs cannot run", async (call, ct) =>
        {
            var checks = new List<CheckResource>();
            var named = call.Parsed.GetValue(input) is { } path ? new DoctorRequest(Whole(path)) : null;
            // What the first cannot say, since it does not answer, the second need not be asked.
            if (await ExamineAsync("coordinator", stop => named is null ? call.Client.DiagnoseAsync(stop) : call.Client.DiagnoseAsync(named, stop), checks, ct)) await ExamineAsync("results", call.Client.DiagnoseResultsAsync, checks, ct);
            if (call.Json)
            {
                foreach (var check in checks) env.WriteJson(check);
            }
            else
            {
                Write(env, checks);
            }

            return checks.Exists(c => c.State == CheckState.Failed) ? ExitCodes.Failed : ExitCodes.Done;
        });
        command.Add(input);
        return command;
    }

    // A shared folder is often seen here under the same path; the servers know nothing of this folder.
    private static string Whole(string path) => path.Contains("://", StringComparison.Ordinal) ? path : Path.GetFullPath(path);

    private static async Task<bool> ExamineAsync(
        string service, Func<CancellationToken, Task<DoctorResource>> diagnose, List<CheckResource> checks, CancellationToken ct)
    {
        try
        {
            var found = await diagnose(ct);
            checks.Add(found.Version == Version
                ? new CheckResource("server", service, CheckState.Passed, $"answers, version {found.Version}")
                : new CheckResource("server", service, CheckState.Warning, $"has version {found.Version}, this command {Version}", "Bring both to one version."));
            checks.AddRange(found.Checks);
            return true;
        }
        catch (BatchInferApiException e) when (e.Status == HttpStatusCode.MethodNotAllowed)
        {
            checks.Add(new CheckResource("input", service, CheckState.Failed, "the server tries no corpus: its version does not know how", "Bring the server to this command's version, or leave --input out."));
        }
        catch (BatchInferApiException e) when (e.Status != HttpStatusCode.BadRequest)
        {
            checks.Add(new CheckResource("server", service, CheckState.Failed, e.Message, $"Start the {service} service; its log says what keeps it."));
        }
        catch (HttpRequestException e)
        {
            checks.Add(new CheckResource("server", service, CheckState.Failed, $"no server answers ({e.Message})", "Start one, or name another with --server."));
        }

        return false;
    }

    private static void Write(CliEnvironment env, List<CheckResource> checks)
    {
        var table = new TableView("", "check", "where", "found");
        foreach (var check in checks.OrderByDescending(c => c.State)) table.Add(Mark(check.State), check.Name, check.Where, check.Detail);
        table.Write(env);
        foreach (var check in checks.Where(c => c.Advice is not null).OrderByDescending(c => c.State)) env.Say($"{check.Name} ({check.Where}): {check.Advice}");
        int failed = checks.Count(c => c.State == CheckState.Failed), warnings = checks.Count(c => c.State == CheckState.Warning);
        env.Say(failed + warnings == 0 ? $"All {checks.Count} checks passed." : $"{failed} of {checks.Count} checks failed, {warnings} to look at.");
    }

    private static string Mark(CheckState state) => state switch { CheckState.Passed => "ok", CheckState.Warning => "look", _ => "FAILED" };
}
