using BatchInfer.Contracts;

namespace BatchInfer.Results.Data;

/// <summary>The error of a record without a key.</summary>
internal static class StoredError
{
    private static readonly RecordError Unknown = new(ErrorCodes.InvalidOutput, "The worker gave no prediction and no reason.", 0);

    public static RecordError Of(RecordOutcome item) => item.Error ?? Unknown;
}
