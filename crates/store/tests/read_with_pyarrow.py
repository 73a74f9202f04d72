"""Prints a file of embeddings as PyArrow or NumPy read it, and fails if they read it otherwise
than it is described.

    python read_with_pyarrow.py vectors.parquet

Needs pyarrow and numpy. No test needs this script: it is for a person who wants to see that the
tools of others read the files.
"""

import json
import pathlib
import sys

import numpy as np


def read_parquet(path):
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    table = file.read()
    vectors = table["vector"].combine_chunks()
    if table.num_rows and hasattr(vectors, "chunk"):
        vectors = vectors.chunk(0)
    print(table.schema.remove_metadata())
    print("row groups", [file.metadata.row_group(k).num_rows for k in range(file.num_row_groups)])
    about = json.loads(table.schema.metadata[b"isogloss"])
    width = table.schema.field("vector").type.list_size
    matrix = vectors.values.to_numpy(zero_copy_only=False).reshape(-1, width)
    return about, table["id"].to_pylist(), table["lang"].to_pylist(), matrix


def read_npy(path):
    path = pathlib.Path(path)
    about = json.loads(path.with_suffix(".about.json").read_text(encoding="utf-8"))
    with open(path.with_suffix(".ids.jsonl"), encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    return about, [row["id"] for row in rows], [row.get("lang") for row in rows], matrix


def main():
    path = sys.argv[1]
    about, ids, langs, matrix = (read_npy if path.endswith(".npy") else read_parquet)(path)
    print(json.dumps(about, indent=2))
    assert matrix.dtype == {"f16": np.float16, "f32": np.float32}[about["precision"]], matrix.dtype
    assert matrix.shape == (about["texts"], about["dimension"]), matrix.shape
    assert len(ids) == len(langs) == len(matrix)
    assert np.isfinite(matrix).all()
    if about["normalised"] and len(matrix):
        lengths = np.linalg.norm(matrix[:1000].astype(np.float32), axis=1)
        assert np.abs(lengths - 1).max() < 2e-3, lengths
    for id_, lang, vector in list(zip(ids, langs, matrix))[:3]:
        print(repr(id_), lang, vector[:4])
    print(matrix.shape, matrix.dtype)


main()
