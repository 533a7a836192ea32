using CsvHelper;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>CSV (RFC 4180, UTF-8) with a header, which a part that goes on behind another leaves out.</summary>
internal sealed class CsvExportWriter : IExportWriter
{
    private readonly CsvWriter _csv;
    private readonly InputColumns _columns;
    private readonly OutputShape _shape;
    private bool _headerDue;

    public CsvExportWriter(Stream target, InputColumns columns, OutputShape shape, bool header)
    {
        (_columns, _shape, _headerDue) = (columns, shape, header);
        _csv = CsvWriter.Create(target, CsvWriterOptions.Default, leaveOpen: true);
    }

    public async Task WriteAsync(ExportRow row, CancellationToken ct)
    {
        await WriteHeaderAsync(ct);
        WriteFields(row);
        await _csv.EndRecordAsync(ct);
    }

    public async Task CompleteAsync(CancellationToken ct)
    {
        await WriteHeaderAsync(ct);
        await _csv.FlushAsync(ct);
    }

    public ValueTask DisposeAsync() => _csv.DisposeAsync();

    private void WriteFields(ExportRow row)
    {
        var line = row.Line;
        _csv.WriteField(line.Ordinal);
        _csv.WriteField(line.CustomId);
        foreach (string? value in _columns.Read(row.Input)) _csv.WriteField(value);
        if (_shape.IsLabelled)
        {
            double? best = OutputShape.TryBest(line.Output, out string? label, out double score) ? score : null;
            _csv.WriteField(label);
            _csv.WriteField(best);
        }

        if (line.Output.Json is { } json) _csv.WriteField(json);
        else _csv.WriteField(line.Output.ToText());
        _csv.WriteField(line.TokensCut);
        _csv.WriteField(line.Error?.Code);
        _csv.WriteField(line.Error?.Message);
    }

    private async ValueTask WriteHeaderAsync(CancellationToken ct)
    {
        if (!_headerDue) return;
        _headerDue = false;
        string[] names =
        [
            .. ExportColumns.Before, .. _columns.Names, .. _shape.IsLabelled ? ExportColumns.Labels : [], ExportColumns.Output, .. ExportColumns.After,
        ];
        foreach (string name in names) _csv.WriteField(name);
        await _csv.EndRecordAsync(ct);
    }
}
