using Parquet;
using Parquet.Schema;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>Parquet, a row group at a time: embeddings as lists of float32, other outputs as JSON texts.</summary>
internal sealed class ParquetExportWriter : IExportWriter
{
    // Readers like large row groups; the bytes bound what an export holds in memory.
    private const int RowsOfGroup = 10_000;
    private const long BytesOfGroup = 64L * 1024 * 1024;

    // Of a row with nothing in it, and of a column in a row.
    private const int RowBytes = 200, ColumnBytes = 8;
    private readonly ParquetWriter _parquet;
    private readonly ResponseStream _response;
    private readonly ParquetSchema _schema;
    private readonly InputColumns _columns;
    private readonly OutputShape _shape;
    private readonly List<ExportRow> _rows = [];
    private long _bytes;

    private ParquetExportWriter(ParquetWriter parquet, ResponseStream response, ParquetSchema schema, InputColumns columns, OutputShape shape) =>
        (_parquet, _response, _schema, _columns, _shape) = (parquet, response, schema, columns, shape);

    public static async Task<ParquetExportWriter> CreateAsync(
        Stream target, InputColumns columns, OutputShape shape, ExportCompression compression, CancellationToken ct)
    {
        var schema = new ParquetSchema([.. Fields(columns, shape)]);
        var method = compression switch
        {
            ExportCompression.Gzip => CompressionMethod.Gzip,
            ExportCompression.Zstd => CompressionMethod.Zstd,
            _ => CompressionMethod.Snappy,
        };
        var response = new ResponseStream(target);
        var parquet = await ParquetWriter.CreateAsync(schema, response, new ParquetOptions { CompressionMethod = method }, false, ct);
        return new ParquetExportWriter(parquet, response, schema, columns, shape);
    }

    public async Task WriteAsync(ExportRow row, CancellationToken ct)
    {
        _rows.Add(row);
        _bytes += RowBytes + ((long)ColumnBytes * _columns.Names.Count) + (row.Input?.Length ?? 0) + row.Line.Bytes;
        if (_rows.Count >= RowsOfGroup || _bytes >= BytesOfGroup) await WriteGroupAsync(ct);
    }

    public async Task CompleteAsync(CancellationToken ct)
    {
        if (_rows.Count > 0) await WriteGroupAsync(ct);
        // Its end writes the footer.
        await _parquet.DisposeAsync();
        await _response.FlushAsync(ct);
    }

    public ValueTask DisposeAsync() => _response.DisposeAsync();

    private static IEnumerable<Field> Fields(InputColumns columns, OutputShape shape)
    {
        yield return new DataField<long>("ordinal");
        yield return new DataField<string>("custom_id");
        foreach (string name in columns.Names) yield return new DataField<string>(name);
        if (shape.IsLabelled)
        {
            yield return new DataField<string>("label");
            yield return new DataField<double>("score", nullable: true);
        }

        if (shape.IsEmbedding) yield return new ListField(ExportColumns.Embedding, new DataField<float>("element"));
        else yield return new DataField<string>(ExportColumns.Output);
        yield return new DataField<int>("tokens_cut");
        yield return new DataField<string>("error_code");
        yield return new DataField<string>("error_message");
    }

    /// <summary>Writes the columns in the order of the fields.</summary>
    private async Task WriteGroupAsync(CancellationToken ct)
    {
        int next = 0;
        using (var group = _parquet.CreateRowGroup())
        {
            await group.WriteAsync<long>(Next(), _rows.Select(r => r.Line.Ordinal).ToArray(), cancellationToken: ct);
            await Texts(_rows.Select(r => r.Line.CustomId));
            string?[][] inputs = [.. _rows.Select(r => _columns.Read(r.Input))];
            for (int column = 0; column < _columns.Names.Count; column++)
            {
                int at = column;
                await Texts(inputs.Select(i => i[at]));
            }

            if (_shape.IsLabelled)
            {
                var best = _rows.ConvertAll(r => OutputShape.TryBest(r.Line.Output, out string? label, out double score) ? (label, (double?)score) : default);
                await Texts(best.Select(b => b.label));
                await group.WriteAsync<double>(Next(), best.Select(b => b.Item2).ToArray(), cancellationToken: ct);
            }

            if (_shape.IsEmbedding) await WriteEmbeddingsAsync(group, Next(), ct);
            else await Texts(_rows.Select(r => r.Line.Output.ToText()));
            await group.WriteAsync<int>(Next(), _rows.Select(r => r.Line.TokensCut).ToArray(), cancellationToken: ct);
            await Texts(_rows.Select(r => r.Line.Error?.Code));
            await Texts(_rows.Select(r => r.Line.Error?.Message));
            group.CompleteValidate();

            DataField Next() => _schema.DataFields[next++];

            // Its signature says that no text is null; its field is nullable, and so may they be.
            Task Texts(IEnumerable<string?> values) => group.WriteAsync(Next(), (IReadOnlyCollection<string>)values.ToArray()!);
        }

        await _response.FlushAsync(ct);
        _rows.Clear();
        _bytes = 0;
    }

    private async Task WriteEmbeddingsAsync(ParquetRowGroupWriter group, DataField field, CancellationToken ct)
    {
        var values = new List<float>();
        var (definitions, repetitions) = (new List<int>(), new List<int>());
        foreach (var row in _rows)
        {
            // 0: no list; 1: an empty one; 2: a value. The first value of a list begins it (0), the others go on (1).
            var embedding = row.Line.Output.Embedding;
            if (embedding is not { Length: > 0 })
            {
                definitions.Add(embedding is null ? 0 : 1);
                repetitions.Add(0);
                continue;
            }

            values.AddRange(embedding);
            definitions.AddRange(Enumerable.Repeat(field.MaxDefinitionLevel, embedding.Length));
            repetitions.Add(0);
            repetitions.AddRange(Enumerable.Repeat(1, embedding.Length - 1));
        }

        await group.WriteAllPartsAsync<float>(field, values.ToArray(), definitions.ToArray(), repetitions.ToArray(), ct);
    }
}
