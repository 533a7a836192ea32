namespace BatchInfer.Results.Data.Sqlite;

/// <summary>Keys of a table one after the other: row ids, or the ordinals of a job. Not each of them need have a row.</summary>
internal readonly record struct KeyRange(long Job, long First, long Last)
{
    public long Keys => Last - First + 1;
}
