using Microsoft.ML.Tokenizers;

namespace BatchInfer.Inference;

/// <summary>BERT's tokenizer: added tokens, normaliser, words, word pieces, truncation, special tokens.</summary>
internal sealed class WordPieceTextTokenizer(
    WordPieceTokenizer pieces, BertNormalizer? normalizer, IReadOnlyList<AddedToken> addedTokens,
    SpecialTokenTemplate single, SpecialTokenTemplate pair, int maxTokenId) : ITextTokenizer
{
    private readonly AddedTokenMatcher _added = new(addedTokens.Where(t => !t.Normalized));
    private readonly AddedTokenMatcher _addedNormalized = new(addedTokens.Where(t => t.Normalized));

    public int MaxTokenId => maxTokenId;

    public ITextEncoder CreateEncoder() => new Encoder(this);

    private sealed class Encoder(WordPieceTextTokenizer owner) : ITextEncoder
    {
        private readonly PooledBuffer<int> _first = new(), _second = new();
        private readonly PooledBuffer<char> _normalized = new(), _words = new();

        public bool Encode(in TextInput input, int maxLength, TokenBuffer into)
        {
            Tokenize(input.Text, _first);
            var template = input.TextPair is null ? owner.Single : owner.Pair;
            int room = Math.Max(0, maxLength - template.SpecialTokens), first = _first.Count, second = 0;
            if (input.TextPair is not null)
            {
                Tokenize(input.TextPair, _second);
                second = _second.Count;
            }

            bool truncated = first + second > room;
            if (truncated) (first, second) = PairTruncation.LongestFirst(first, second, room, input.TextPair is not null);
            foreach (var piece in template.Pieces)
                switch (piece.Kind)
                {
                    case SpecialTokenTemplate.PieceKind.First: into.Append(_first.Span[..first], piece.TypeId); break;
                    case SpecialTokenTemplate.PieceKind.Second: into.Append(_second.Span[..second], piece.TypeId); break;
                    default: into.Append(piece.SpecialIds, piece.TypeId); break;
                }

            return truncated;
        }

        public void Dispose()
        {
            _first.Dispose();
            _second.Dispose();
            _normalized.Dispose();
            _words.Dispose();
        }

        private void Tokenize(string text, PooledBuffer<int> ids)
        {
            ids.Clear();
            int from = 0;
            while (!owner._added.IsEmpty && owner._added.TryFind(text, from, out int start, out var token))
            {
                TokenizeSegment(text.AsSpan(from, start - from), ids);
                ids.Append(token.Id);
                from = start + token.Content.Length;
            }

            TokenizeSegment(text.AsSpan(from), ids);
        }

        private void TokenizeSegment(ReadOnlySpan<char> text, PooledBuffer<int> ids)
        {
            if (text.IsEmpty) return;
            if (owner.Normalizer is { } normalizer)
            {
                _normalized.Clear();
                normalizer.Normalize(text, _normalized);
                text = _normalized.Span;
            }

            int from = 0;
            while (!owner._addedNormalized.IsEmpty && owner._addedNormalized.TryFind(text, from, out int start, out var token))
            {
                TokenizeWords(text[from..start], ids);
                ids.Append(token.Id);
                from = start + token.Content.Length;
            }

            TokenizeWords(text[from..], ids);
        }

        private void TokenizeWords(ReadOnlySpan<char> text, PooledBuffer<int> ids)
        {
            _words.Clear();
            BertPreTokenizer.Split(text, _words);
            var found = owner.Pieces.EncodeToIds(_words.Span, considerPreTokenization: true, considerNormalization: false);
            for (int i = 0; i < found.Count; i++) ids.Append(found[i]);
        }
    }

    private SpecialTokenTemplate Single { get; } = single;

    private SpecialTokenTemplate Pair { get; } = pair;

    private WordPieceTokenizer Pieces { get; } = pieces;

    private BertNormalizer? Normalizer { get; } = normalizer;
}
