"""WordPiece as BERT (uncased) uses it: the tokenizer and the training of its vocabulary.

The tokenizer gives the ids that Hugging Face's BertNormalizer, BertPreTokenizer and WordPiece give for the same
vocabulary. One difference: a special token written out in a text ("[SEP]") is read here as ordinary text.
"""

import heapq
import unicodedata
from collections import Counter, defaultdict

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PAD, UNK, CLS, SEP, MASK = range(5)
CJK = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
       (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]
MAX_WORD_CHARS = 100


def is_punctuation(c):
    """ASCII symbols such as $ and + count as punctuation, as in BERT."""
    o = ord(c)
    return 33 <= o <= 47 or 58 <= o <= 64 or 91 <= o <= 96 or 123 <= o <= 126 or unicodedata.category(c)[0] == "P"


def clean(text):
    out = []
    for c in text:
        if c in "\t\n\r":
            out.append(" ")
        elif c in "\0\ufffd" or unicodedata.category(c)[0] == "C":
            continue
        elif any(low <= ord(c) <= high for low, high in CJK) if ord(c) >= 0x3400 else False:
            out.append(f" {c} ")
        else:
            out.append(" " if c.isspace() else c)
    return "".join(out)


def words_of(text):
    """Lower-cased words without accents; every punctuation character is a word of its own."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFD", clean(text)) if unicodedata.category(c) != "Mn")
    else:
        text = clean(text)
    words = []
    for chunk in text.lower().split():
        if chunk.isalnum():
            words.append(chunk)
            continue
        word = ""
        for c in chunk:
            if is_punctuation(c):
                if word:
                    words.append(word)
                words.append(c)
                word = ""
            else:
                word += c
        if word:
            words.append(word)
    return words


class WordPiece:
    def __init__(self, pieces):
        self.pieces = pieces
        self.ids = {piece: i for i, piece in enumerate(pieces)}
        self.cache = {}

    def word_ids(self, word):
        """Longest piece first, from the left; a word that cannot be covered is one [UNK]."""
        if word not in self.cache:
            self.cache[word] = self.split(word)
        return self.cache[word]

    def split(self, word):
        if len(word) > MAX_WORD_CHARS:
            return [UNK]
        ids, start = [], 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                piece = self.ids.get(prefix + word[start:end])
                if piece is not None:
                    ids.append(piece)
                    start = end
                    break
            else:
                return [UNK]
        return ids

    def content_ids(self, text):
        return [i for word in words_of(text) for i in self.word_ids(word)]

    def encode(self, text, max_length):
        """[CLS] pieces [SEP], cut to max_length with the closing [SEP] kept."""
        return [CLS] + self.content_ids(text)[:max_length - 2] + [SEP]


def train(word_counts, size, extra_characters):
    """Joins the most frequent pair of neighbouring pieces until there are `size` pieces (ties: alphabetical)."""
    word_counts = sorted(word_counts.items())
    alphabet = sorted({c for word, _ in word_counts for c in word} | set(extra_characters))
    pieces = SPECIAL + alphabet + ["##" + c for c in alphabet if not is_punctuation(c)]
    known = set(pieces)
    splits = [[c if i == 0 else "##" + c for i, c in enumerate(word)] for word, _ in word_counts]
    pairs, where = Counter(), defaultdict(set)
    for w, (_, count) in enumerate(word_counts):
        for pair in zip(splits[w], splits[w][1:]):
            pairs[pair] += count
            where[pair].add(w)
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    while len(pieces) < size and heap:
        count, pair = heapq.heappop(heap)
        if -count != pairs[pair]:                     # the count has changed since: put back with today's
            if pairs[pair] > 0:
                heapq.heappush(heap, (-pairs[pair], pair))
            continue
        joined = pair[0] + pair[1].removeprefix("##")
        if joined not in known:
            known.add(joined)
            pieces.append(joined)
        changed = set()
        for w in where.pop(pair):
            old, count, new, i = splits[w], word_counts[w][1], [], 0
            while i < len(old):
                join = i + 1 < len(old) and (old[i], old[i + 1]) == pair
                new.append(joined if join else old[i])
                i += 2 if join else 1
            for p in zip(old, old[1:]):
                pairs[p] -= count
            for p in zip(new, new[1:]):
                pairs[p] += count
                where[p].add(w)
                changed.add(p)
            splits[w] = new
        for p in sorted(changed):
            if joined in p:
                heapq.heappush(heap, (-pairs[p], p))
    return pieces
