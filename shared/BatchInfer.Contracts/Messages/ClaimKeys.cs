namespace BatchInfer.Contracts;

/// <summary>
/// Request, worker → coordinator: may this shard compute these keys, or is another shard in flight at it already? Granted keys are
/// this shard's as long as that attempt of it is in flight; there is nothing to give back and nothing that expires.
/// </summary>
/// <param name="Shard">Which shard.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="Keys">Keys, as <see cref="KeyBits"/> packs them.</param>
/// <param name="Failed">Keys granted before that became error rows: nothing will be stored under them, so whoever waits for them may try.</param>
public sealed record ClaimKeys(ShardId Shard, int Attempt, byte[] Keys, byte[] Failed);

/// <summary>Answer to <see cref="ClaimKeys"/>.</summary>
/// <param name="Granted">One bit per key, in the order asked; the others are being computed for another shard.</param>
public sealed record KeysClaimed(byte[] Granted);
