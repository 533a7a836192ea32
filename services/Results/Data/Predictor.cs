using System.Security.Cryptography;
using System.Text;

namespace BatchInfer.Results.Data;

/// <summary>What, beside the input, makes a prediction: one row for each that ever predicted, so that predictions hold a number.</summary>
internal sealed class Predictor
{
    public int Id { get; set; }

    /// <summary>Name under which the revision first predicted.</summary>
    public required string Model { get; set; }

    public required string Revision { get; set; }

    public required string Task { get; set; }

    /// <summary>Effective parameters as canonical JSON; empty where a worker did not say.</summary>
    public required string Parameters { get; set; }

    /// <summary>Of revision, task and parameters, which may be longer than an index entry: a prompt is a parameter.</summary>
    public Guid Digest { get; set; }

    public static Guid DigestOf(string revision, string task, string parameters) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{revision}\n{task}\n{parameters}")).AsSpan(0, 16), bigEndian: true);
}
