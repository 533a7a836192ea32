using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>
/// Reads prompts of one length into the cache. Long ones are read piece by piece, always with the same borders, so that a
/// beginning that was read before for other prompts can stand in for its pieces without changing a number.
/// </summary>
/// <param name="decoder">The decoder.</param>
/// <param name="prefixes">Beginnings that are known, or null where the decoder takes one token at a time beside a cache.</param>
internal sealed class PromptReader(DecoderGraph decoder, PrefixCache? prefixes)
{
    /// <summary>Tokens of a piece.</summary>
    public const int Piece = 64;

    private long _tokensRead;

    // The prompt read last, so that long prompts, which start one by one, share beginnings too.
    private int[] _last = [];

    /// <summary>Tokens of prompts that went through the decoder; those that a beginning read before stood in for are not among them.</summary>
    public long TokensRead => Volatile.Read(ref _tokensRead);

    /// <summary>Reads some prompts.</summary>
    /// <returns>Logits of their last pieces.</returns>
    public OrtValue Read(IReadOnlyList<int[]> prompts, ref KeyValueCache? cache, RunWorkspace workspace)
    {
        int length = prompts[0].Length, known = 0;
        if (prefixes is null || length <= Piece) return ReadPiece(prompts, 0, length, ref cache, workspace);
        int shared = Shared(prompts) / Piece * Piece;
        if (shared > 0)
        {
            (known, cache) = prefixes.Find(prompts[0].AsSpan(0, shared), prompts.Count);
            // One row stands for all, as far as they are the same; a prompt alone for those that come, as far as it is like the one before.
            int kept = prompts.Count > 1 ? shared : prompts[0].AsSpan(0, shared).CommonPrefixLength(Volatile.Read(ref _last)) / Piece * Piece;
            if (known < kept) (known, cache) = (kept, ReadShared(prompts, kept, known, cache, workspace));
        }

        Volatile.Write(ref _last, prompts[^1]);

        while (true)
        {
            int end = Math.Min(length, known + Piece);
            var logits = ReadPiece(prompts, known, end, ref cache, workspace);
            if (end == length) return logits;
            logits.Dispose();
            known = end;
        }
    }

    private KeyValueCache ReadShared(IReadOnlyList<int[]> prompts, int shared, int known, KeyValueCache? rows, RunWorkspace workspace)
    {
        rows?.Dispose();
        var (found, one) = known > 0 ? prefixes!.Find(prompts[0].AsSpan(0, known), 1) : (0, null);
        try
        {
            for (int start = found; start < shared; start += Piece) ReadPiece([prompts[0]], start, start + Piece, ref one, workspace).Dispose();
            prefixes!.Add(prompts[0].AsSpan(0, shared), one!);
            return KeyValueCache.Gather([one!], new RowOf[prompts.Count]);
        }
        finally
        {
            one?.Dispose();
        }
    }

    // But for the last token, whose logits are wanted of every row.
    private static int Shared(IReadOnlyList<int[]> prompts)
    {
        int shared = prompts[0].Length - 1;
        for (int i = 1; i < prompts.Count; i++) shared = Math.Min(shared, prompts[0].AsSpan(0, shared).CommonPrefixLength(prompts[i]));
        return shared;
    }

    private OrtValue ReadPiece(IReadOnlyList<int[]> prompts, int start, int end, ref KeyValueCache? cache, RunWorkspace workspace)
    {
        int length = end - start;
        long[] ids = new long[checked(prompts.Count * length)];
        Interlocked.Add(ref _tokensRead, ids.Length);
        for (int row = 0; row < prompts.Count; row++)
            for (int t = 0; t < length; t++) ids[row * length + t] = prompts[row][start + t];
        return decoder.Run(new DecoderStep(ids, prompts.Count, start, null), ref cache, lastOnly: true, workspace);
    }
}
