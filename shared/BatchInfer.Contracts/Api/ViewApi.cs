namespace BatchInfer.Contracts;

/// <summary>Body of <c>PUT /v1/views/{name}</c>: of a job, or of a model.</summary>
public sealed record ViewRequest
{
    /// <summary>The job whose records it shows.</summary>
    public Guid? JobId { get; init; }

    /// <summary>The model whose predictions it shows: <c>NAME@REVISION</c>, or <c>NAME</c> for whatever the name stands for when it is read.</summary>
    public string? Model { get; init; }

    /// <summary>Only predictions of this task, with <see cref="Model"/>.</summary>
    public string? Task { get; init; }

    /// <summary>A table with the rows as they are now, instead of a view.</summary>
    public bool Table { get; init; }

    /// <summary>Beside each prediction the columns of its record in the corpus: with <see cref="JobId"/> and <see cref="Table"/>.</summary>
    public bool Input { get; init; }
}

/// <summary>A view or table made of stored predictions.</summary>
/// <param name="Schema">Schema it is in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Table">Whether it is a table, with the rows of the time when it was made.</param>
/// <param name="Source">What it shows.</param>
/// <param name="Sql">A query that reads it.</param>
public sealed record ViewResource(string Schema, string Name, bool Table, string? Source, string Sql);
