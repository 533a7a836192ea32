"""A small BertForSequenceClassification, and how rows of token ids are batched for it."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from wordpiece import PAD

WIDTH, HEADS, LAYERS, INNER, MAX_LENGTH = 128, 4, 2, 512, 256
EPSILON, INITIAL_SPREAD = 1e-12, 0.04


class Layer(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.query, self.key, self.value, self.output = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.attention_norm, self.output_norm = nn.LayerNorm(WIDTH, eps=EPSILON), nn.LayerNorm(WIDTH, eps=EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, bias):
        rows, length = x.shape[0], x.shape[1]
        q, k, v = (f(x).view(rows, length, HEADS, WIDTH // HEADS).transpose(1, 2) for f in (self.query, self.key, self.value))
        weights = self.dropout((q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + bias).softmax(-1))
        attended = (weights @ v).transpose(1, 2).reshape(rows, length, WIDTH)
        x = self.attention_norm(x + self.dropout(self.output(attended)))
        return self.output_norm(x + self.dropout(self.outer(F.gelu(self.inner(x)))))


class Bert(nn.Module):
    """[rows, length] ids, mask and types in, [rows, labels] logits out. Post-norm layers and a pooler over [CLS], as BERT has them."""

    def __init__(self, vocabulary, labels=2, dropout=0.1):
        super().__init__()
        self.words, self.positions, self.types = (nn.Embedding(n, WIDTH) for n in (vocabulary, MAX_LENGTH, 2))
        self.norm, self.dropout = nn.LayerNorm(WIDTH, eps=EPSILON), nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.pooler, self.classifier = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, labels)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=INITIAL_SPREAD)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)
        self.register_buffer("places", torch.arange(MAX_LENGTH).unsqueeze(0), persistent=False)

    def forward(self, input_ids, attention_mask, token_type_ids):
        x = self.words(input_ids) + self.positions(self.places[:, :input_ids.shape[1]]) + self.types(token_type_ids)
        x = self.dropout(self.norm(x))
        bias = (1.0 - attention_mask[:, None, None, :].float()) * -10000.0
        for layer in self.layers:
            x = layer(x, bias)
        return self.classifier(self.dropout(torch.tanh(self.pooler(x[:, 0]))))


def batches(rows, rng=None, tokens=4096, most_rows=64):
    """(ids, mask, labels) of rows of similar length, at most `tokens` cells each; shuffled if there is a generator."""
    key = (lambda row: len(row[0]) + rng.random() * 4) if rng else (lambda row: len(row[0]))
    groups = [[]]
    for row in sorted(rows, key=key):
        if len(row[0]) * (len(groups[-1]) + 1) > tokens or len(groups[-1]) == most_rows:
            groups.append([])
        groups[-1].append(row)
    if rng:
        rng.shuffle(groups)
    for group in groups:
        longest = max(len(ids) for ids, _ in group)
        ids = torch.tensor([ids + [PAD] * (longest - len(ids)) for ids, _ in group])
        yield ids, (ids != PAD).long(), torch.tensor([label for _, label in group])


def measure(model, rows):
    """(mean loss, accuracy)."""
    model.eval()
    loss, right = 0.0, 0
    with torch.no_grad():
        for ids, mask, labels in batches(rows):
            logits = model(ids, mask, torch.zeros_like(ids))
            loss += F.cross_entropy(logits, labels, reduction="sum").item()
            right += (logits.argmax(-1) == labels).sum().item()
    return loss / len(rows), right / len(rows)
