namespace BatchInfer.Contracts;

/// <summary>Request, worker → results: which of these keys are stored already?</summary>
/// <param name="Keys">Keys as 16-byte big-endian values, one after another.</param>
public sealed record FindKnownKeys(byte[] Keys);

/// <summary>Answer to <see cref="FindKnownKeys"/>.</summary>
/// <param name="Known">One bit per key, in the order asked, lowest bit first.</param>
public sealed record KnownKeys(byte[] Known);
