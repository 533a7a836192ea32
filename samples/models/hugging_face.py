"""Writes a model as Hugging Face lays it out: configuration, tokenizer and ONNX graph."""

import json

import torch

import wordpiece
from bert import EPSILON, HEADS, INNER, LAYERS, MAX_LENGTH, WIDTH
from wordpiece import CLS, PAD, SEP, SPECIAL

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
SPECIAL_TOKENS = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}


def write_json(path, value, indent=2):
    separators = None if indent else (",", ":")
    path.write_text(json.dumps(value, indent=indent, ensure_ascii=False, separators=separators) + "\n", encoding="utf-8")


def config(pieces, labels):
    return {
        "architectures": ["BertForSequenceClassification"], "model_type": "bert", "problem_type": "single_label_classification",
        "id2label": {str(i): label for i, label in enumerate(labels)}, "label2id": {label: i for i, label in enumerate(labels)},
        "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "intermediate_size": INNER,
        "hidden_act": "gelu", "layer_norm_eps": EPSILON, "max_position_embeddings": MAX_LENGTH, "type_vocab_size": 2,
        "vocab_size": len(pieces), "pad_token_id": PAD, "position_embedding_type": "absolute", "torch_dtype": "float32"}


def tokenizer(pieces):
    def special(name, type_id):
        return {"SpecialToken": {"id": name, "type_id": type_id}}

    def sequence(name, type_id):
        return {"Sequence": {"id": name, "type_id": type_id}}

    single = [special("[CLS]", 0), sequence("A", 0), special("[SEP]", 0)]
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": name, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
                          "special": True} for i, name in enumerate(SPECIAL)],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
                       "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing", "single": single, "pair": single + [sequence("B", 1), special("[SEP]", 1)],
                           "special_tokens": {name: {"id": name, "ids": [i], "tokens": [name]}
                                              for name, i in (("[CLS]", CLS), ("[SEP]", SEP))}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": wordpiece.MAX_WORD_CHARS, "vocab": {piece: i for i, piece in enumerate(pieces)}}}


def export(model, path):
    """Batch and sequence axes stay free; the example only has to show the shapes, padding included."""
    ids = torch.tensor([[CLS, 10, 11, SEP], [CLS, 12, SEP, PAD]])
    axes = {name: {0: "batch_size", 1: "sequence_length"} for name in INPUTS} | {"logits": {0: "batch_size"}}
    torch.onnx.export(model.eval(), (ids, (ids != PAD).long(), torch.zeros_like(ids)), str(path),
                      input_names=INPUTS, output_names=["logits"], dynamic_axes=axes, opset_version=14, do_constant_folding=True)


def write(folder, model, pieces, labels):
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config(pieces, labels))
    write_json(folder / "special_tokens_map.json", SPECIAL_TOKENS)
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "strip_accents": None, "tokenize_chinese_chars": True,
        "model_max_length": MAX_LENGTH, "clean_up_tokenization_spaces": True, **SPECIAL_TOKENS})
    write_json(folder / "tokenizer.json", tokenizer(pieces), indent=None)
    export(model, folder / "onnx" / "model.onnx")
