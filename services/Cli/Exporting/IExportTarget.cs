namespace BatchInfer.Cli.Exporting;

/// <summary>An object that an export becomes: whole, or not there.</summary>
internal interface IExportTarget
{
    /// <summary>Writes the object as the export arrives, so that neither disk nor memory holds it.</summary>
    Task WriteAsync(Stream export, CancellationToken ct);
}
