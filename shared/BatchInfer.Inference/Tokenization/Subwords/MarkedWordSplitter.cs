namespace BatchInfer.Inference;

/// <summary>Cuts a text before each word's mark and gives the words on one by one.</summary>
internal sealed class MarkedWordSplitter(ISubwordSplitter inner, char mark) : ISubwordSplitter
{
    private readonly SubwordList _word = new();

    public void Split(ReadOnlySpan<char> word, SubwordList into)
    {
        for (int start = 0; start < word.Length;)
        {
            // Marks in a row belong together.
            int marks = word[start..].IndexOfAnyExcept(mark), from = start + Math.Max(0, marks);
            int length = marks < 0 ? -1 : word[from..].IndexOf(mark), end = length < 0 ? word.Length : from + length;
            _word.Clear();
            inner.Split(word[start..end], _word);
            for (int i = 0; i < _word.Count; i++) into.Append(_word.Ids[i], start + _word.Spans[i].Start, start + _word.Spans[i].End);
            start = end;
        }
    }

    public void Dispose()
    {
        inner.Dispose();
        _word.Dispose();
    }
}
