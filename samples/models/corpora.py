"""The labelled texts, split so that no measured sentence, and nothing close to one, is learnt from."""

import gzip
import json
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

LABELS = ["NEGATIVE", "POSITIVE"]


def read(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [(row["text"], LABELS.index(row["label"])) for row in map(json.loads, lines)]


def shingles(text, length=12):
    """Letter 12-grams, so that tokenisation and punctuation do not matter (SST writes brackets as lrb and rrb)."""
    letters = re.sub("[^a-z]", "", re.sub(r"\b[lr]rb\b", "", text.lower()))
    return {letters[i:i + length] for i in range(max(1, len(letters) - length + 1))}


class Near:
    """Finds texts that share with one of the given texts half of the shingles of the smaller of the two."""

    def __init__(self, texts):
        self.sizes, self.index = [], defaultdict(list)
        for i, text in enumerate(texts):
            own = shingles(text)
            self.sizes.append(len(own))
            for shingle in own:
                self.index[shingle].append(i)

    def __contains__(self, text):
        own = shingles(text)
        shared = Counter(i for shingle in own for i in self.index.get(shingle, ()))
        return any(2 * n >= min(len(own), self.sizes[i]) for i, n in shared.items())


@dataclass
class Corpora:
    """Sentences are (text, label); a review is (its sentences, label). `rows` counts what was kept and dropped."""
    train: list
    valid: list
    tests: dict
    reviews: list
    rows: dict


def load(folder, seed):
    dev, test = (read(folder / "sst2" / f"sst2-{part}.jsonl.gz") for part in ("dev", "test"))
    sst = Near([text for text, _ in dev + test])
    published = read(folder / "rt-polarity" / "rt-polarity.jsonl.gz")
    far = [row for row in published if row[0] not in sst]
    random.Random(seed).shuffle(far)
    tenth = len(published) // 10
    heldout, rest = far[:tenth], far[tenth:]
    near_heldout = Near([text for text, _ in heldout])
    kept = [row for row in rest if row[0] not in near_heldout]
    valid, train = kept[:len(kept) // 10], kept[len(kept) // 10:]
    near_valid = Near([text for text, _ in valid])
    train = [row for row in train if row[0] not in near_valid]

    # Reviews quote each other and the snippets of rt-polarity; below 20 characters a match means nothing.
    reviews, dropped = [], 0
    for text, label in read(folder / "movie-reviews" / "movie-reviews.jsonl.gz"):
        sentences = [line.strip() for line in text.split("\n") if line.strip()]
        clean = [s for s in sentences if len(s) < 20 or not (s in sst or s in near_heldout or s in near_valid)]
        dropped += len(sentences) - len(clean)
        reviews.append((clean, label))
    rows = {"rt_polarity": len(published), "rt_dropped_near_sst2": len(published) - len(far),
            "rt_dropped_near_heldout_or_valid": len(rest) - len(valid) - len(train),
            "train": len(train), "valid": len(valid), "heldout": len(heldout), "sst2_dev": len(dev), "sst2_test": len(test),
            "reviews": len(reviews), "review_sentences": sum(len(s) for s, _ in reviews), "review_sentences_dropped": dropped}
    return Corpora(train, valid, {"heldout": heldout, "sst2_dev": dev, "sst2_test": test}, reviews, rows)


def snippets(reviews, tokenizer, longest=46, shortest=11):
    """(content ids, the review's label) of neighbouring whole sentences, about as long together as one long sentence."""
    for sentences, label in reviews:
        ids = []
        for sentence in sentences:
            more = tokenizer.content_ids(sentence)
            if ids and len(ids) + len(more) > longest:
                yield ids, label
                ids = []
            ids = ids + more
        if len(ids) >= shortest:
            yield ids, label


def vary(text, rng):
    """Now and then the same text as other sources write it: contractions cut as in treebanks (do n't), typographic quotes."""
    if rng.random() < 0.3:
        text = re.sub(r"(\w)n't\b", r"\1 n't", text)
    if rng.random() < 0.1:
        text = re.sub(r'" ?([^"]*?) ?"', "“\\1”", text.replace("'", "’").replace("--", "—"))
    return text
