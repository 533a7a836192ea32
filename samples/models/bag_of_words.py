"""The baseline: logistic regression on which words and word pairs a text has."""

import math
from collections import Counter

import torch
import torch.nn.functional as F

from wordpiece import words_of

STRENGTHS = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3)


def terms(text):
    words = words_of(text)
    return set(words) | {f"{a} {b}" for a, b in zip(words, words[1:])}


def features(rows, number):
    bags = [sorted(number[t] for t in terms(text) if t in number) for text, _ in rows]
    offsets = torch.tensor([0] + [len(bag) for bag in bags[:-1]]).cumsum(0)
    return torch.tensor([i for bag in bags for i in bag]), offsets, torch.tensor([float(label) for _, label in rows])


def fit(data, size, strength):
    """(weight, bias) that minimise the loss plus an L2 penalty of the given strength."""
    ids, offsets, labels = data
    weight, bias = torch.zeros(size, 1, requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=60, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(score(ids, offsets, weight, bias), labels) + strength * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weight.detach(), bias.detach()


def score(ids, offsets, weight, bias):
    return F.embedding_bag(ids, weight, offsets, mode="sum").squeeze(1) + bias


def baseline(train, valid, parts):
    """Accuracy on each of the parts, of the L2 strength with the lowest validation loss; only terms seen twice count."""
    counts = Counter(term for text, _ in train for term in terms(text))
    number = {term: i for i, term in enumerate(sorted(t for t, n in counts.items() if n >= 2))}
    data, (ids, offsets, labels) = features(train, number), features(valid, number)
    best_loss, best_strength, best = math.inf, None, None
    for strength in STRENGTHS:
        fitted = fit(data, len(number), strength)
        loss = F.binary_cross_entropy_with_logits(score(ids, offsets, *fitted), labels).item()
        if loss < best_loss:
            best_loss, best_strength, best = loss, strength, fitted
    accuracy = {}
    for name, rows in parts.items():
        ids, offsets, labels = features(rows, number)
        accuracy[name] = round(((score(ids, offsets, *best) > 0) == (labels > 0)).float().mean().item(), 4)
    return {"features": len(number), "l2": best_strength, "accuracy": accuracy}
