"""Checks that sentence-transformers gives the embeddings that Isogloss gave.

    isogloss export --model DIR --to sentence-transformers --out EXPORTED
    isogloss encode --model DIR --texts texts.jsonl --out vectors.parquet --role passage
    python check_export.py EXPORTED --texts texts.jsonl --vectors vectors.parquet --role passage

`texts.jsonl` has `id` and `text` on each line. The vectors are a Parquet file
(`id`, `lang`, `vector`) or JSON Lines with `id` and `vector`, and `text` too where
`--texts` is not given. Prints the largest absolute difference and ends with 1 when
it is above the tolerance: 1e-4, or 1e-3 where the vectors or the exported weights
are in half precision. Ends with 2 when the two cannot be compared.
"""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np

# What each role may be called in a model's prompts, best name first.
ROLES = {"query": ["query"], "passage": ["document", "passage", "corpus"]}


def fail(message):
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


def read_lines(path, *needed):
    rows = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        row = json.loads(line)
        for field in needed:
            if field not in row:
                fail(f"{path}:{number}: no field {field!r}")
        rows.append(row)
    return rows


def read_vectors(path):
    """Returns ids, vectors as float32, whether they were stored in half precision, and texts or None."""
    if str(path).endswith(".parquet"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        column = table.column("vector").combine_chunks()
        half = pa.types.is_float16(column.type.value_type)
        flat = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32)
        ids = [str(i) for i in table.column("id").to_pylist()]
        return ids, flat.reshape(len(ids), -1), half, None
    rows = read_lines(path, "id", "vector")
    texts = [r["text"] for r in rows] if rows and all("text" in r for r in rows) else None
    vectors = np.array([r["vector"] for r in rows], dtype=np.float32)
    return [str(r["id"]) for r in rows], vectors, False, texts


def weights_are_half(folder):
    """Whether any exported tensor is stored as f16 or bf16: only headers are read."""
    for path in Path(folder).rglob("*.safetensors"):
        with path.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        if any(isinstance(v, dict) and v.get("dtype") in ("F16", "BF16") for v in header.values()):
            return True
    return False


def prompt_for(model, role):
    for name in ROLES.get(role, []):
        if model.prompts.get(name):
            return model.prompts[name]
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", help="directory written by `isogloss export`")
    parser.add_argument("--texts", help="JSON Lines with id and text")
    parser.add_argument("--vectors", required=True, help="Parquet or JSON Lines with id and vector")
    parser.add_argument("--role", choices=["query", "passage", "none"], default="none")
    parser.add_argument("--prompt", help="a prompt of your own in place of the role's")
    parser.add_argument("--tolerance", type=float)
    args = parser.parse_args()

    import torch
    from sentence_transformers import SentenceTransformer

    ids, vectors, half, texts = read_vectors(args.vectors)
    if args.texts:
        by_id = {str(r["id"]): r["text"] for r in read_lines(args.texts, "id", "text")}
        missing = [i for i in ids if i not in by_id]
        if missing or len(by_id) != len(ids):
            fail(
                f"{len(by_id)} texts and {len(ids)} vectors"
                + (f"; no text for id {missing[0]!r}" if missing else "")
            )
        texts = [by_id[i] for i in ids]
    if texts is None:
        fail("--texts is needed: the vectors carry no texts")
    if not ids:
        fail("nothing to compare")

    half = half or weights_are_half(args.model)
    tolerance = args.tolerance or (1e-3 if half else 1e-4)
    # Without this a checkpoint in half precision would also be computed in half precision.
    model_kwargs = {"dtype": torch.float32}
    model = SentenceTransformer(args.model, device="cpu", model_kwargs=model_kwargs)
    prompt = args.prompt or prompt_for(model, args.role)
    # An empty prompt and none are the same, and keep a default prompt away.
    theirs = model.encode(texts, prompt=prompt or "", convert_to_numpy=True)
    if args.role == "passage" and prompt and not args.prompt:
        by_role = model.encode_document(texts[:1], convert_to_numpy=True)
        if np.abs(by_role - theirs[:1]).max() > 1e-5:
            print(
                "warning: encode_document() does not use the passage prompt; "
                "it looks for the name 'document' first",
                file=sys.stderr,
            )
    if theirs.shape != vectors.shape:
        fail(f"shapes differ: Isogloss {vectors.shape}, sentence-transformers {theirs.shape}")
    if not np.isfinite(vectors).all():
        fail("the vectors hold values that are not finite")

    difference = np.abs(theirs.astype(np.float32) - vectors)
    worst = int(difference.max(axis=1).argmax())
    largest = float(difference.max())
    norms = np.linalg.norm(theirs, axis=1) * np.linalg.norm(vectors, axis=1)
    cosine = (theirs * vectors).sum(axis=1)[norms > 0] / norms[norms > 0]
    print(f"texts               {len(ids)}")
    print(f"dimension           {vectors.shape[1]}")
    print(f"prompt              {prompt!r}")
    print(f"largest difference  {largest:.3e} (id {ids[worst]!r}), tolerance {tolerance:.0e}")
    if cosine.size:
        print(f"smallest cosine     {float(cosine.min()):.7f}")
    return 0 if largest <= tolerance else 1


if __name__ == "__main__":
    sys.exit(main())
