using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using BatchInfer.Contracts;
using BatchInfer.Results.LookUpPredictions;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>JSON lines: <see cref="PredictionLine"/>, and the record itself as <c>input</c> where it was asked for.</summary>
internal sealed class JsonlWriter : IExportWriter
{
    private const int FlushBytes = 64 * 1024;
    private readonly Stream _target;
    private readonly ArrayBufferWriter<byte> _buffer = new(FlushBytes * 2);
    private readonly Utf8JsonWriter _json;
    private readonly InputColumns _columns;
    private readonly bool _isJson;

    /// <param name="target">Where to write.</param>
    /// <param name="format">How the corpus is written; null without inputs.</param>
    /// <param name="columns">Its columns, where it is no JSONL.</param>
    public JsonlWriter(Stream target, RecordFormat? format, InputColumns columns)
    {
        (_target, _columns, _isJson) = (target, columns, format == RecordFormat.Jsonl);
        WithInput = format is not null;
        _json = new Utf8JsonWriter(_buffer, JsonBody.WriterOptions);
    }

    private bool WithInput { get; }

    public async Task WriteAsync(ExportRow row, CancellationToken ct)
    {
        _json.WriteStartObject();
        PredictionLineWriter.WriteMembers(_json, row.Line);
        if (WithInput) WriteInput(row);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _buffer.Write("\n"u8);
        if (_buffer.WrittenCount >= FlushBytes) await FlushAsync(ct);
    }

    public Task CompleteAsync(CancellationToken ct) => FlushAsync(ct);

    public ValueTask DisposeAsync() => _json.DisposeAsync();

    private async Task FlushAsync(CancellationToken ct)
    {
        await _target.WriteAsync(_buffer.WrittenMemory, ct);
        _buffer.ResetWrittenCount();
    }

    private void WriteInput(ExportRow row)
    {
        _json.WritePropertyName("input"u8);
        if (row.Input is not { } record)
        {
            _json.WriteNullValue();
        }
        else if (_isJson)
        {
            // What was predicted is JSON; what failed may be anything.
            if (row.Line.Error is null || IsJson(record)) _json.WriteRawValue(record, skipInputValidation: true);
            else _json.WriteNullValue();
        }
        else
        {
            _json.WriteStartObject();
            string?[] values = _columns.Read(record);
            for (int i = 0; i < values.Length; i++) _json.WriteString(_columns.Names[i], values[i]);
            _json.WriteEndObject();
        }
    }

    private static bool IsJson(byte[] record)
    {
        // The reader does not look into strings.
        if (!Utf8.IsValid(record)) return false;
        try
        {
            var reader = new Utf8JsonReader(record);
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
