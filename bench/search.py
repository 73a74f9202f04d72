"""`isogloss search` against FAISS and NumPy: the same vectors, queries and cores, in one run.

    python bench/search.py --isogloss target/release/isogloss --threads 2 --repeats 3

Vectors are made on the fly in a temporary folder (`--folder` to say where; 2.3 GB at the usual
million of 384 dimensions, f16 and f32) and removed at the end. All are exact and take turns,
`--repeats` times, bound to the same `--threads` cores; the best run of each counts, and all are
printed.

FAISS is `IndexFlatIP`, which holds f32: its time is that of `search` alone, with the vectors in
memory; what it takes to get f16 there (widening and adding) is given beside it. NumPy multiplies
pieces in f32 and partitions the scores. Isogloss starts anew each time and reads its file from the
system's cache: its own time goes from the first block to the last list, that of the whole command
is given beside it.

Memory bandwidth is that of reading the f32 vectors on all cores (dot products, which BLAS does with
whole registers); the speed of products is that of NumPy's largest. A search of many queries is
bound by the second: its share of the first falls as queries are added.

Repeat on a quiet machine: where `share of the cores it had` is well below 1, something else was
using them. Seconds of processor time depend less on what else runs.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import measured, processor_name, show

STEP = 65536


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--isogloss", required=True, help="the isogloss program")
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--k", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sides", default="f16,f32,faiss,numpy", help="who takes part")
    parser.add_argument("--isogloss-args", default="--device cpu", help="options for `search`")
    parser.add_argument("--folder", help="where the temporary folder is made")
    parser.add_argument("--json", help="also write the results here")
    return parser.parse_args()


def describe(path, rows, dimension, precision, role):
    """Writes what stands beside an array of `isogloss encode`: ids, and what the vectors are."""
    ids = path.with_suffix(".ids.jsonl")
    with open(ids, "w", encoding="utf-8") as out:
        for row in range(rows):
            out.write('{"id":"%s%07d"}\n' % (role[0], row))
    about = {
        "format": 1, "model": "made up", "model_sha256": "0" * 64, "role": role,
        "dimension": dimension, "normalised": True, "precision": precision,
        "corpus": {"name": "none", "bytes": 0}, "texts": rows,
        "vectors_bytes": path.stat().st_size, "ids_bytes": ids.stat().st_size,
    }
    path.with_suffix(".about.json").write_text(json.dumps(about) + "\n", encoding="utf-8")


def unit_rows(rng, rows, dimension):
    import numpy as np

    made = rng.standard_normal((rows, dimension), dtype=np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def make(args, folder):
    """Writes queries and candidates, the latter in both precisions, of equal values."""
    import numpy as np

    rng = np.random.default_rng(1)
    shape = (args.vectors, args.dimension)
    paths = {name: folder / f"{name}.npy" for name in ("f16", "f32", "queries")}
    kinds = [("f16", np.float16), ("f32", np.float32)]
    files = {
        name: np.lib.format.open_memmap(paths[name], "w+", dtype=kind, shape=shape)
        for name, kind in kinds
        if name == "f16" or name in args.sides
    }
    for first in range(0, args.vectors, STEP):
        rows = unit_rows(rng, min(STEP, args.vectors - first), args.dimension).astype(np.float16)
        for file in files.values():
            file[first : first + len(rows)] = rows
    for name, file in files.items():
        file.flush()
        describe(paths[name], args.vectors, args.dimension, name, "passage")
    np.save(paths["queries"], unit_rows(rng, args.queries, args.dimension))
    describe(paths["queries"], args.queries, args.dimension, "f32", "query")
    return paths


def bandwidth(vectors, threads):
    """Bytes read in a second by all cores."""
    import numpy as np

    flat = vectors.reshape(-1)
    pieces = [flat[i : i + (1 << 22)] for i in range(0, len(flat), 1 << 22)]
    best = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(3):
            start = time.perf_counter()
            list(pool.map(lambda piece: np.dot(piece, piece), pieces))
            best = max(best, flat.nbytes / (time.perf_counter() - start))
    return best


def product_speed():
    """Operations of NumPy's products in a second, all cores."""
    import numpy as np

    a = np.ones((2048, 2048), dtype=np.float32)
    return max(2 * 2048**3 / measured(lambda: a @ a)[0] for _ in range(5))


def run_isogloss(args, queries, candidates, out):
    """Searches; returns seconds and processor seconds of the command, and its own seconds."""
    command = [args.isogloss, "search", "--queries", str(queries), "--candidates", str(candidates)]
    command += ["--k", str(args.k), "--out", str(out)] + shlex.split(args.isogloss_args)
    env = {**os.environ, "RAYON_NUM_THREADS": str(args.threads)}
    seconds, busy, done = measured(
        lambda: subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    )
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")
    own = float(re.findall(r"vectors in ([\d.]+) s", done.stderr)[-1])
    return {"seconds": own, "processor": busy, "whole": seconds}


def read_run(path):
    """Scores and rows of a run, `[queries, k]`."""
    import numpy as np

    rows, scores = {}, {}
    for line in open(path, encoding="utf-8"):
        query, _, document, _, score, _ = line.split()
        rows.setdefault(query, []).append(int(document[1:]))
        scores.setdefault(query, []).append(float(score))
    order = sorted(rows)
    return np.array([scores[q] for q in order]), np.array([rows[q] for q in order])


def numpy_search(queries, vectors, k):
    import numpy as np

    scores = rows = None
    for first in range(0, len(vectors), STEP // 4):
        piece = queries @ vectors[first : first + STEP // 4].T
        places = np.argpartition(piece, -k, axis=1)[:, -k:] if piece.shape[1] > k else None
        if places is None:
            places = np.broadcast_to(np.arange(piece.shape[1]), piece.shape)
        found = np.take_along_axis(piece, places, axis=1)
        places = places + first
        if scores is not None:
            found, places = np.hstack([scores, found]), np.hstack([rows, places])
            best = np.argpartition(found, -k, axis=1)[:, -k:]
            found = np.take_along_axis(found, best, axis=1)
            places = np.take_along_axis(places, best, axis=1)
        scores, rows = found, places
    order = np.argsort(-scores, axis=1)
    return np.take_along_axis(scores, order, axis=1), np.take_along_axis(rows, order, axis=1)


def agreement(found, reference):
    """Largest difference of scores rank by rank, and the share of rows that both found."""
    import numpy as np

    same = [len(set(a) & set(b)) / len(a) for a, b in zip(found[1], reference[1])]
    difference = float(np.abs(found[0] - reference[0]).max())
    return {"largest difference of scores": difference, "share of rows in common": float(np.mean(same))}


def main():
    args = arguments()
    args.sides = args.sides.split(",")
    if hasattr(os, "sched_setaffinity"):
        # Children inherit this, so all sides run on the same cores.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: args.threads])
    # These are read when the libraries start.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(args.threads)
    import numpy as np

    about = {
        "processor": processor_name(),
        "cores of the machine": os.cpu_count(),
        "threads": args.threads,
        "load average at start": os.getloadavg()[0],
        "numpy": np.__version__,
    }
    times = {side: [] for side in args.sides}
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        folder = Path(folder)
        paths = make(args, folder)
        queries = np.load(paths["queries"])
        start = time.perf_counter()
        vectors = np.load(paths["f16"]).astype(np.float32)
        widen = time.perf_counter() - start
        index, results = None, {}
        if "faiss" in args.sides:
            import faiss

            faiss.omp_set_num_threads(args.threads)
            about["faiss"] = faiss.__version__
            start = time.perf_counter()
            index = faiss.IndexFlatIP(args.dimension)
            index.add(vectors)
            widen += time.perf_counter() - start
        for turn in range(args.repeats):
            # Who goes first changes, so that none always meets a cooler or busier machine.
            shift = turn % len(args.sides)
            for side in args.sides[shift:] + args.sides[:shift]:
                if side in ("f16", "f32"):
                    out = folder / "run.trec"
                    times[side].append(run_isogloss(args, paths["queries"], paths[side], out))
                    results[side] = read_run(out)
                    continue
                action = {
                    "faiss": lambda: index.search(queries, args.k),
                    "numpy": lambda: numpy_search(queries, vectors, args.k),
                }[side]
                seconds, busy, results[side] = measured(action)
                times[side].append({"seconds": seconds, "processor": busy})
        read = bandwidth(vectors, args.threads)
        products = product_speed()

    operations = 2 * args.vectors * args.dimension * args.queries
    about |= {"memory read GB/s": read / 1e9, "largest products GFLOP/s": products / 1e9}
    result = {"environment": about, "vectors": args.vectors, "dimension": args.dimension,
              "queries": args.queries, "k": args.k}
    best = {}
    for side, runs in times.items():
        seconds = [run["seconds"] for run in runs]
        best[side] = {"seconds": min(seconds), "processor": min(run["processor"] for run in runs)}
        numbers = args.vectors * args.dimension * (2 if side == "f16" else 4)
        spent = [run["processor"] / run.get("whole", run["seconds"]) / args.threads for run in runs]
        result[f"isogloss {side}" if side in ("f16", "f32") else side] = {
            "seconds of each run": seconds,
            "best": min(seconds),
            "vectors/s": args.vectors / min(seconds),
            "GFLOP/s": operations / min(seconds) / 1e9,
            "share of the memory bandwidth": numbers / min(seconds) / read,
            "processor seconds, best": best[side]["processor"],
            "share of the cores it had": spent,
        }
        if "whole" in runs[0]:
            key = f"isogloss {side}"
            result[key]["whole command seconds"] = [run["whole"] for run in runs]
    if "faiss" in best:
        result["faiss"]["widening f16 and adding, seconds"] = widen
    result["times as fast"] = {
        f"isogloss {ours} / {theirs}{what}": best[theirs][key] / best[ours][key]
        for ours in ("f16", "f32") if ours in best
        for theirs in ("faiss", "numpy") if theirs in best
        for key, what in (("seconds", ""), ("processor", ", by processor time"))
    }
    reference = next((side for side in ("faiss", "numpy") if side in results), None)
    if reference:
        result[f"against {reference}"] = {
            f"isogloss {side}": agreement(results[side], results[reference])
            for side in ("f16", "f32") if side in results
        }
    show(result)
    if args.json:
        Path(args.json).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
