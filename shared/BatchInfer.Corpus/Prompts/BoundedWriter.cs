using System.Text;

namespace BatchInfer.Corpus;

/// <summary>Writes on to another writer, up to a number of characters.</summary>
/// <param name="to">Where it writes to.</param>
/// <param name="what">What is written, to say so.</param>
/// <param name="limit">Characters at most.</param>
internal sealed class BoundedWriter(TextWriter to, string what, int limit) : TextWriter
{
    public override Encoding Encoding => to.Encoding;

    /// <summary>Characters written.</summary>
    public long Written { get; private set; }

    public override void Write(char value)
    {
        Count(1);
        to.Write(value);
    }

    public override void Write(string? value)
    {
        Count(value?.Length ?? 0);
        to.Write(value);
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        Count(buffer.Length);
        to.Write(buffer);
    }

    // The base class' own go through a thread of the pool each.
    public override Task WriteAsync(char value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteAsync(char[] buffer, int index, int count)
    {
        Write(buffer.AsSpan(index, count));
        return Task.CompletedTask;
    }

    public override Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return Task.CompletedTask;
    }

    public override Task FlushAsync() => Task.CompletedTask;

    private void Count(int characters)
    {
        if ((Written += characters) > limit) throw PromptContext.TooLarge(what, limit);
    }
}
