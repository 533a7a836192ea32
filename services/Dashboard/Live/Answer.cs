namespace BatchInfer.Dashboard.Live;

/// <summary>What the server said last: a value, or a sentence why there is none.</summary>
internal sealed record Answer<T>(T? Value, string? Problem);
