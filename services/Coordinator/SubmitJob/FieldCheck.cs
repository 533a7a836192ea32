using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>Checks the fields that a job names against its corpus: the header of a CSV, the first records of JSON Lines.</summary>
internal static class FieldCheck
{
    // One record may well lack a field; where each of the first ones does, it is the name that is wrong.
    private const int Records = 16;
    private const int MostNamed = 30, LongestName = 256;

    /// <summary>The field that the corpus does not have, or null.</summary>
    public static async Task<ProblemHttpResult?> AgainstAsync(RecordSchema schema, CorpusStart start, Stream corpus, CancellationToken ct) => schema.Format switch
    {
        RecordFormat.Csv => Columns(schema),
        RecordFormat.Jsonl => await FieldsAsync(schema, start, corpus, ct),
        _ => null,
    };

    private static ProblemHttpResult? Columns(RecordSchema schema)
    {
        var columns = CsvHeader.Columns(schema.CsvHeader!);
        foreach (var (name, column) in Named(schema))
            if (!columns.Contains(column, StringComparer.Ordinal))
                return Problems.Invalid(name, $"The CSV has no column '{column}'. It has: {List(columns)}.");
        return null;
    }

    private static async Task<ProblemHttpResult?> FieldsAsync(RecordSchema schema, CorpusStart start, Stream corpus, CancellationToken ct)
    {
        var missing = Named(schema);
        JsonElement? first = null;
        int read = 0;
        corpus.Seek(start.Data.Offset, SeekOrigin.Begin);
        await foreach (var record in CorpusReader.ReadAsync(corpus, schema with { IdField = null, Fields = true }, 0, start.Data.Line, ct))
        {
            read++;
            if (record.Fields is not null)
            {
                // A name may stand there twice, which no JsonObject bears.
                var fields = JsonSerializer.SerializeToElement(record.Fields);
                first ??= fields;
                missing.RemoveAll(m => JsonlFields.Has(fields, m.Field));
            }

            if (missing.Count == 0 || read == Records) break;
        }

        if (missing.Count == 0 || first is not { } shown) return null;
        var (name, field) = missing[0];
        string which = read == 1 ? $"The record has no field '{field}'. It" : $"None of the first {read} records has a field '{field}'. The first";
        return Problems.Invalid(name, $"{which} has: {List(JsonlFields.Names(shown))}.");
    }

    // A template names the fields of its texts itself.
    private static List<(string Name, string Field)> Named(RecordSchema schema)
    {
        var named = new List<(string, string)>(3);
        if (!schema.Fields) named.Add(("text_field", schema.TextField));
        if (schema.TextPairField is { } pair) named.Add(("text_pair_field", pair));
        if (schema.IdField is { } id) named.Add(("id_field", id));
        return named;
    }

    private static string List(IEnumerable<string> names) =>
        string.Join(", ", names.Take(MostNamed).Select(n => n.Length <= LongestName ? n : n[..LongestName] + "…").DefaultIfEmpty("none"));
}
