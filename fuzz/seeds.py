"""Writes the seeds of the fuzz targets: small files of every kind, true and lying."""

import json
import pathlib
import struct

CORPUS = pathlib.Path(__file__).parent / "corpus"


def write(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def safetensors(name, header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = len(text) if length is None else length
    write("safetensors", name, struct.pack("<Q", size) + text + data)


def tensor(dtype, shape, start, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


floats = struct.pack("<4f", 0.0, -1.5, float("inf"), float("nan"))
safetensors("f32", {"a": tensor("F32", [2, 2], 0, 16)}, floats)
safetensors("f16", {"a": tensor("F16", [4], 0, 8)}, struct.pack("<4e", 0, 1, -2, 0.5))
safetensors("bf16", {"a": tensor("BF16", [2, 1], 0, 4)}, b"\x80\x3f\x00\xc0")
safetensors("i8", {"a": tensor("I8", [3], 0, 3), "b": tensor("F32", [1], 3, 7)}, b"\x01\x7f\x80" + floats[:4])
safetensors("unread_types", {"a": tensor("I64", [1], 0, 8), "b": tensor("BOOL", [1], 8, 9)}, bytes(9))
safetensors("metadata", {"__metadata__": {"format": "pt"}, "a": tensor("F32", [], 0, 4)}, floats[:4])
safetensors("no_tensors", {})
safetensors("empty_tensor", {"a": tensor("F32", [0, 7], 0, 0)})
safetensors("offsets_beyond_the_end", {"a": tensor("F32", [2, 2], 0, 16)}, floats[:8])
safetensors("offsets_backwards", {"a": tensor("F32", [1], 4, 0)}, floats)
safetensors("offsets_overlap", {"a": tensor("F32", [2], 0, 8), "b": tensor("F32", [2], 4, 12)}, floats)
safetensors("offsets_with_a_hole", {"a": tensor("F32", [1], 4, 8)}, floats)
safetensors("offsets_huge", {"a": tensor("F32", [1], 2**64 - 8, 2**64 - 4)}, floats)
safetensors("shape_too_large", {"a": tensor("F32", [1000, 1000], 0, 16)}, floats)
safetensors("shape_overflows", {"a": tensor("F32", [2**32, 2**32], 0, 0)})
safetensors("shape_overflows_in_bits", {"a": tensor("F32", [2**62], 0, 0)})
safetensors("shape_negative", {"a": tensor("F32", [-1], 0, 4)}, floats[:4])
safetensors("header_longer_than_the_file", {"a": tensor("F32", [1], 0, 4)}, floats[:4], 10**6)
safetensors("header_of_2_to_64", {}, b"", 2**64 - 1)
safetensors("header_shorter", {"a": tensor("F32", [1], 0, 4)}, floats[:4], 5)
safetensors("header_no_json", b"{\"a\":")
safetensors("header_no_utf8", b"\xff\xfe{}")
safetensors("type_unknown", {"a": tensor("F31", [1], 0, 4)}, floats[:4])
write("safetensors", "nothing", b"")
write("safetensors", "seven_bytes", bytes(7))


def added(id, content):
    rest = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": id, "content": content, **rest, "special": True}


def tokenizer(name, model, indent=None, **parts):
    file = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
            "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None}
    text = json.dumps({**file, **parts, "model": model}, ensure_ascii=False, indent=indent)
    write("tokenizer_trim", name, text.encode())


def ids(*pieces):
    return {piece: id for id, piece in enumerate(pieces)}


def bpe(vocab, merges, **options):
    return {"type": "BPE", "vocab": vocab, "merges": merges, **options}


template = {"type": "TemplateProcessing", "single": [], "pair": [],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}}
unigram = [["<s>", 0.0], ["<unk>", 0], ["▁der", -1.5], ["के", -2e0], ["的", -9.25], ["!", -1e-3]]
tokenizer("unigram", {"type": "Unigram", "unk_id": 1, "vocab": unigram}, 2,
          post_processor=template, padding={"pad_id": 0, "pad_token": "<s>"},
          added_tokens=[added(0, "<s>"), added(6, "<mask>")])
tokenizer("unigram_without_unknown", {"type": "Unigram", "unk_id": None, "vocab": unigram[2:]})
tokenizer("unigram_unknown_beyond", {"type": "Unigram", "unk_id": 99, "vocab": unigram})
tokenizer("unigram_bytes", {"type": "Unigram", "unk_id": 1, "byte_fallback": True,
                            "vocab": [*unigram, ["<0x0A>", 0], ["<0xFF>", 0]]})
tokenizer("wordpiece", {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                        "max_input_chars_per_word": 100,
                        "vocab": ids("[UNK]", "[CLS]", "haus", "##tür", "дом", "##α", "門")},
          post_processor={"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[CLS]", 1]})
tokenizer("wordlevel", {"type": "WordLevel", "unk_token": "?", "vocab": ids("?", "Haus", "घर")})
tokenizer("bpe", bpe(ids("t", "h", "e", "th", "he", "the", "в"),
                     [["t", "h"], ["h", "e"], ["th", "e"]]), 1)
tokenizer("bpe_strings", bpe(ids("<unk>", "a", "b", "ab", "<0x41>"), ["#version: 0.2", "a b"],
                             unk_token="<unk>", byte_fallback=True, ignore_merges=True))
tokenizer("bpe_bytes", bpe(ids("Ġ", "a", "Ġa", "à", "¤", "à¤"), [["Ġ", "a"], ["à", "¤"]]),
          pre_tokenizer={"type": "ByteLevel", "add_prefix_space": False},
          post_processor={"type": "Sequence", "processors": [template]})
tokenizer("bpe_affixes", bpe(ids("a", "##b", "ab", "##c</w>", "abc</w>"), [["a", "##b"], ["ab", "##c</w>"]],
                             continuing_subword_prefix="##", end_of_word_suffix="</w>"))
tokenizer("bpe_merge_of_nothing", bpe(ids("a", "b"), [["a", "b"], ["", ""]]))
tokenizer("ids_with_gaps", {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a": 4294967295}})
tokenizer("ids_twice", {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a": 0}})
tokenizer("added_beyond", {"type": "WordLevel", "unk_token": "?", "vocab": ids("?", "a")},
          added_tokens=[added(4294967295, "x"), added(2, "")])
tokenizer("type_unknown", {"type": "Neural", "vocab": {}})
write("tokenizer_trim", "no_json", b"{\"model\":{\"vocab\":[[\"\\ud800\"")
write("tokenizer_trim", "deep", b"[" * 300 + b"]" * 300)
