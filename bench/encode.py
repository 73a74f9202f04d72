"""`isogloss encode` against sentence-transformers: the same model, texts and cores, in one run.

    python bench/encode.py --model DIR --texts texts.jsonl --isogloss target/release/isogloss \
        --threads 2 --device cpu --repeats 3

`texts.jsonl` has `id` and `text` on each line. The two take turns, `--repeats`
times; medians are reported. On a CPU both are bound to the same `--threads` cores.

sentence-transformers runs as well as it can here: float32 (`--dtype` to change),
scaled-dot-product attention, texts sorted by length (its default), the best of the
batch sizes 32, 64 and 128 on a sample, the model loaded and warmed up. Its time is
that of `encode` alone. Isogloss starts anew each time: its own texts/s is without
loading, and the time of the whole command is given beside it, next to loading plus
encoding of the other. Without `--isogloss` only sentence-transformers is measured.

Repeat on a quiet machine: where `share of the cores it had` of a CPU run is well
below 1, something else was using them, or the program waited. Texts per second of
processor time depend less on what else runs.
"""

import argparse
import json
import os
import platform
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import measured, processor_name, show

ROLES = {"query": ["query"], "passage": ["document", "passage", "corpus"]}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="model directory")
    parser.add_argument("--texts", required=True, help="JSON Lines with id and text")
    parser.add_argument("--isogloss", help="the isogloss program")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--isogloss-device", help="default: cpu, or auto with --device cuda")
    parser.add_argument("--isogloss-args", default="", help="further options for `encode`")
    parser.add_argument("--role", choices=["query", "passage"], default="passage")
    parser.add_argument("--dtype", choices=["float32", "float16", "bfloat16"], default="float32")
    parser.add_argument("--batch-sizes", default="32,64,128")
    parser.add_argument("--sweep-texts", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--tokens", action="store_true", help="report tokens/s too")
    parser.add_argument("--json", help="also write the results here")
    return parser.parse_args()


def read_texts(path):
    rows = [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]
    return [str(r["id"]) for r in rows], [r["text"] for r in rows]


class Reference:
    """sentence-transformers on the model."""

    def __init__(self, args):
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(args.threads)
        self.device, self.role = args.device, args.role
        options = {"dtype": getattr(torch, args.dtype)}
        # A table of static embeddings is no transformer and takes no options.
        if (Path(args.model) / "config.json").exists():
            options["attn_implementation"] = "sdpa"
        start = time.perf_counter()
        self.model = SentenceTransformer(args.model, device=args.device, model_kwargs=options)
        self.load_seconds = time.perf_counter() - start
        names = [n for n in ROLES[self.role] if self.model.prompts.get(n)]
        self.prompt = self.model.prompts[names[0]] if names else ""
        self.batch_size = 32

    def encode(self, texts, batch_size=None):
        """Returns seconds, processor seconds and the embeddings."""
        return measured(
            lambda: self.model.encode(
                texts,
                prompt=self.prompt,
                batch_size=batch_size or self.batch_size,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        )

    def choose_batch_size(self, texts, sizes):
        """Keeps the fastest of `sizes` on `texts`, and so warms up as well."""
        self.encode(texts[:64], sizes[0])
        rates = {}
        for size in sizes:
            rates[size] = len(texts) / self.encode(texts, size)[0]
        self.batch_size = max(rates, key=rates.get)
        return rates

    def count_tokens(self, texts):
        """Tokens of all texts, special tokens and prompt included and cut as the model cuts them."""
        total = 0
        tokenizer, longest = self.model.tokenizer, self.model.max_seq_length
        for i in range(0, len(texts), 1000):
            batch = [self.prompt + t for t in texts[i : i + 1000]]
            if hasattr(tokenizer, "encode_batch"):
                total += sum(len(e.ids) for e in tokenizer.encode_batch(batch, add_special_tokens=False))
            else:
                ids = tokenizer(batch, truncation=True, max_length=longest)["input_ids"]
                total += sum(len(row) for row in ids)
        return total


def run_isogloss(args, texts_path, out):
    """Runs `isogloss encode`; returns seconds and processor seconds of all of it, and its own texts/s."""
    command = [args.isogloss, "encode", "--model", args.model, "--texts", str(texts_path)]
    command += ["--out", str(out), "--role", args.role]
    command += ["--device", args.isogloss_device or ("cpu" if args.device == "cpu" else "auto")]
    command += shlex.split(args.isogloss_args)
    threads = str(args.threads)
    env = {**os.environ, "RAYON_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    Path(out).unlink(missing_ok=True)
    seconds, busy, done = measured(
        lambda: subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    )
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")
    said = re.findall(r"([\d][\d,_.]*)\s*texts/s", done.stderr)
    rate = float(said[-1].replace(",", "").replace("_", "")) if said else None
    return seconds, busy, rate


def read_vectors(path):
    import numpy as np
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    column = table.column("vector").combine_chunks()
    flat = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32)
    return [str(i) for i in table.column("id").to_pylist()], flat.reshape(table.num_rows, -1)


def largest_difference(path, ids, vectors):
    import numpy as np

    their_ids, theirs = read_vectors(path)
    if sorted(their_ids) != sorted(ids):
        sys.exit(f"{path} holds {len(their_ids)} rows whose ids are not those of the texts")
    row = {i: n for n, i in enumerate(their_ids)}
    ordered = theirs[[row[i] for i in ids]]
    return float(np.abs(ordered - vectors.astype(np.float32)).max())


def environment(args):
    import sentence_transformers
    import torch
    import transformers

    about = {
        "processor": processor_name(),
        "cores of the machine": os.cpu_count(),
        "threads": args.threads,
        "load average at start": os.getloadavg()[0],
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "sentence-transformers": sentence_transformers.__version__,
        "attention": "sdpa",
        "precision of sentence-transformers": args.dtype,
    }
    if args.device == "cuda":
        about["gpu"] = torch.cuda.get_device_name(0)
    if args.isogloss:
        said = subprocess.run([args.isogloss, "--version"], capture_output=True, text=True)
        about["isogloss"] = said.stdout.strip() or "unknown"
    return about


def main():
    args = arguments()
    cores = None
    if args.device == "cpu" and hasattr(os, "sched_setaffinity"):
        # Children inherit this, so both sides run on the same cores.
        cores = sorted(os.sched_getaffinity(0))[: args.threads]
        os.sched_setaffinity(0, cores)
    # These are read when the libraries start.
    os.environ["OMP_NUM_THREADS"] = str(args.threads)
    os.environ["RAYON_NUM_THREADS"] = str(args.threads)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")

    ids, texts = read_texts(args.texts)
    if not texts:
        sys.exit(f"{args.texts} holds no texts")
    if len(set(ids)) != len(ids):
        sys.exit(f"{args.texts}: an id occurs twice")
    about = environment(args)
    if cores is not None:
        about["bound to cores"] = ",".join(map(str, cores))
    reference = Reference(args)
    step = max(1, len(texts) // args.sweep_texts)
    sizes = [int(s) for s in args.batch_sizes.split(",")]
    sweep = reference.choose_batch_size(texts[::step][: args.sweep_texts], sizes)

    theirs, ours_rate, ours_whole, their_busy, our_busy = [], [], [], [], []
    largest = vectors = ours_start = None
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "vectors.parquet"
        if args.isogloss:
            one = Path(folder) / "one.jsonl"
            first = next(line for line in open(args.texts, encoding="utf-8") if line.strip())
            one.write_text(first, encoding="utf-8")
            # Starting, loading and one text; the first run also warms the file cache.
            ours_start = min(run_isogloss(args, one, out)[0] for _ in range(2))
        for turn in range(args.repeats):
            # Who goes first changes, so that neither always meets a cooler or busier machine.
            for side in ("theirs", "ours") if turn % 2 == 0 else ("ours", "theirs"):
                if side == "theirs":
                    seconds, busy, vectors = reference.encode(texts)
                    theirs.append(seconds)
                    their_busy.append(busy)
                elif args.isogloss:
                    seconds, busy, rate = run_isogloss(args, args.texts, out)
                    ours_whole.append(seconds)
                    our_busy.append(busy)
                    ours_rate.append(rate or len(texts) / max(seconds - ours_start, 1e-9))
        if args.isogloss:
            largest = largest_difference(out, ids, vectors)

    n = len(texts)
    their_seconds = statistics.median(theirs)
    result = {
        "environment": about,
        "texts": n,
        "prompt": reference.prompt,
        "sentence-transformers": {
            "load seconds": reference.load_seconds,
            "texts/s by batch size": sweep,
            "batch size": reference.batch_size,
            "encode seconds": theirs,
            "share of the cores it had": [b / t / args.threads for b, t in zip(their_busy, theirs)],
            "texts per second of processor time": n / min(their_busy),
            "texts/s": n / their_seconds,
            "texts/s of the best run": n / min(theirs),
        },
    }
    tokens = reference.count_tokens(texts) if args.tokens else None
    if tokens:
        result["tokens"] = tokens
        result["sentence-transformers"]["tokens/s"] = tokens / their_seconds
    if args.isogloss:
        rate, whole = statistics.median(ours_rate), statistics.median(ours_whole)
        result["isogloss"] = {
            "start and load seconds": ours_start,
            "whole command seconds": ours_whole,
            "texts/s of each run": ours_rate,
            "share of the cores it had": [
                b / t / args.threads for b, t in zip(our_busy, ours_whole)
            ],
            "texts per second of processor time, with loading": n / min(our_busy),
            "texts/s": rate,
            "texts/s of the best run": max(ours_rate),
        }
        if tokens:
            result["isogloss"]["tokens/s"] = rate * tokens / n
        result["ratio"] = {
            "encoding": rate * their_seconds / n,
            "encoding, best run of each": max(ours_rate) * min(theirs) / n,
            "with loading": (reference.load_seconds + their_seconds) / whole,
        }
        result["largest difference"] = largest
    show(result)
    if args.json:
        Path(args.json).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
