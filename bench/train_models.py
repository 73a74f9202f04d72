"""The random models that `train.py` compares by, in the files that sentence-transformers reads."""

import json
import os
import platform

from common import processor_name

PIECES = 8000
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}
SMALL = {"hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 1024}


def tokenizer(texts, path):
    """A lower-case WordPiece of `texts`."""
    from tokenizers import BertWordPieceTokenizer

    if not path.exists():
        trained = BertWordPieceTokenizer(lowercase=True)
        trained.train_from_iterator(texts, vocab_size=PIECES, show_progress=False)
        trained.save(str(path))


def make(shape, folder, tokenizer_path, dropout, length):
    """Writes a model of random weights: `small`, `static` or `xlmr`."""
    import torch

    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.manual_seed(1)
    if shape == "static":
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import StaticEmbedding
        from tokenizers import Tokenizer

        pieces = Tokenizer.from_file(str(tokenizer_path))
        module = StaticEmbedding(pieces, embedding_dim=256)
        torch.nn.init.normal_(module.embedding.weight, std=256**-0.5)
        SentenceTransformer(modules=[module], device="cpu").save_pretrained(str(folder))
        return
    transformer(shape, folder, tokenizer_path, dropout, length)


def transformer(shape, folder, tokenizer_path, dropout, length):
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
    from transformers import XLMRobertaConfig, XLMRobertaModel

    rates = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
    if shape == "small":
        config = BertConfig(vocab_size=PIECES, max_position_embeddings=512, **SMALL, **rates)
        model = BertModel(config, add_pooling_layer=False)
    elif shape == "xlmr":
        sizes = {"vocab_size": 250_002, "max_position_embeddings": 514, "type_vocab_size": 1}
        config = XLMRobertaConfig(**sizes, layer_norm_eps=1e-5, **rates)
        # The tokenizer's padding, from which positions are counted.
        config.pad_token_id = 0
        model = XLMRobertaModel(config, add_pooling_layer=False)
    else:
        raise SystemExit(f"no shape `{shape}`: small, static and xlmr are")
    bare = folder / "bare"
    model.save_pretrained(str(bare))
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    pieces = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer_path), mask_token="[MASK]", **names)
    pieces.save_pretrained(str(bare))
    word = models.Transformer(str(bare), max_seq_length=length)
    pooling = models.Pooling(config.hidden_size, "mean")
    SentenceTransformer(modules=[word, pooling], device="cpu").save_pretrained(str(folder))


def environment(args):
    import sentence_transformers
    import torch
    import transformers

    about = {
        "processor": processor_name(),
        "threads": args.threads,
        "load average at the end": os.getloadavg()[0],
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "sentence-transformers": sentence_transformers.__version__,
    }
    if args.device == "cuda":
        about["gpu"] = torch.cuda.get_device_name(0)
    return about


