using Amazon.Runtime;
using Azure;
using Azure.Identity;
using BatchInfer.Contracts;
using BatchInfer.Corpus;

namespace BatchInfer.Cli.Exporting;

/// <summary>Object stores as the place of an export. Credentials, region and endpoint come from where the stores' own tools take them.</summary>
internal static class ExportTargets
{
    /// <summary>The object that an output names; null of a file.</summary>
    public static IExportTarget? Find(CliEnvironment env, string output)
    {
        if (!ObjectAddress.IsOne(output)) return null;
        if (!ObjectAddress.TryParse(output, out var address, out string? problem)) throw CliException.BadInput($"--output '{output}': {problem}");
        return address.Scheme switch
        {
            ObjectScheme.S3 => new S3Target(address, env, new S3Options()),
            ObjectScheme.Azure => new AzureTarget(address, new AzureOptions()),
            _ => throw CliException.BadInput($"--output '{address.Shown}': an export goes to s3:// and az://, not to a web server."),
        };
    }

    public static async Task WriteAsync(IExportTarget target, string output, BatchInferClient client, Guid job, ExportSettings settings, CancellationToken ct)
    {
        await using var export = await client.OpenExportAsync(job, settings, ct);
        try
        {
            await target.WriteAsync(export, ct);
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or RequestFailedException or AuthenticationFailedException or InvalidOperationException)
        {
            throw new CliException($"{output} could not be written: {e.Message.Split('\n')[0].TrimEnd()}", ExitCodes.Failed);
        }
    }
}
