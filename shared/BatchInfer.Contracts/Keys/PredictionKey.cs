using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace BatchInfer.Contracts;

/// <summary>
/// Computes the content address of predictions: the first 16 bytes of a SHA-256 over the model revision, the task, the
/// parameters that change the output, and the exact input. Equal keys mean equal predictions, whoever asks and whenever.
/// </summary>
/// <remarks>Thread-safe. The part that is the same for a whole job is hashed once, when the instance is made.</remarks>
public sealed class PredictionKeyFactory
{
    private const string Domain = "batchinfer/1";
    private readonly byte[] _prefix;

    /// <param name="revision">Model revision: the digest of the model's files, in hex.</param>
    /// <param name="task">Task name, e.g. <c>text-classification</c>.</param>
    /// <param name="parameters">The effective parameters; their canonical JSON is hashed.</param>
    public PredictionKeyFactory(string revision, string task, InferenceParameters parameters)
    {
        ArgumentException.ThrowIfNullOrEmpty(revision);
        ArgumentException.ThrowIfNullOrEmpty(task);
        ArgumentNullException.ThrowIfNull(parameters);
        _prefix = SHA256.HashData(Encoding.UTF8.GetBytes($"{Domain}\n{revision}\n{task}\n{parameters.CanonicalJson}"));
    }

    /// <summary>The key of one input: a text, or a pair of texts.</summary>
    /// <returns>The key in big-endian order, so that its hex form, its bytes and PostgreSQL's <c>uuid</c> sort alike.</returns>
    public Guid Create(string text, string? textPair = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        int bound = _prefix.Length + 5 + Encoding.UTF8.GetMaxByteCount(text.Length)
            + (textPair is null ? 0 : Encoding.UTF8.GetMaxByteCount(textPair.Length));
        byte[]? rented = bound > 1024 ? ArrayPool<byte>.Shared.Rent(bound) : null;
        Span<byte> buffer = rented ?? stackalloc byte[1024];
        try
        {
            _prefix.CopyTo(buffer);
            // The text's length is hashed before it, so that no text and pair can be read as another text and pair.
            int at = _prefix.Length + 4;
            int length = Encoding.UTF8.GetBytes(text, buffer[at..]);
            BinaryPrimitives.WriteInt32LittleEndian(buffer[_prefix.Length..], length);
            at += length;
            if (textPair is not null)
            {
                buffer[at++] = 1;
                at += Encoding.UTF8.GetBytes(textPair, buffer[at..]);
            }

            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(buffer[..at], hash);
            return new Guid(hash[..16], bigEndian: true);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
