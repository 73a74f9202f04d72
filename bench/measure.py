"""Measures of a TREC run against pytrec_eval: the same files and cores, in one run.

    pip install pytrec_eval-terrier
    cargo build --release -p isogloss-runs --example measure
    python bench/measure.py --isogloss target/release/examples/measure --threads 2 --repeats 5

Makes a run of `--queries` × `--depth` lines and judgements with grades, ties and unjudged
documents, or takes `--run` and `--qrels`. Both sides read the files and compute the same measures
of every query; the two take turns, `--repeats` times, and medians are reported.

pytrec_eval's time is reading with its own `parse_run` and `parse_qrel`, evaluating and taking
means, in a process that is already warm. Isogloss starts anew each time, and its time is that of
the whole command with its output. Every value of every query is compared as well: trec_eval keeps
scores in 32 bits and breaks ties by document, which the random run tests in thousands of places.

Repeat on a quiet machine: `share of the cores it had` tells whether something else was using them.
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from common import measured, processor_name, show

# Our names and trec_eval's.
MEASURES = {
    "AP": "map",
    "nDCG@10": "ndcg_cut_10",
    "nDCG@100": "ndcg_cut_100",
    "P@5": "P_5",
    "R@100": "recall_100",
    "R@1000": "recall_1000",
    "RR": "recip_rank",
    "Success@1": "success_1",
    "AP@100": "map_cut_100",
    "Rprec": "Rprec",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--isogloss", required=True, help="the program that measures")
    parser.add_argument("--run", help="a TREC run; one is made without it")
    parser.add_argument("--qrels", help="its judgements")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--depth", type=int, default=1000)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", help="also write the results here")
    args = parser.parse_args()
    if bool(args.run) != bool(args.qrels):
        parser.error("--run and --qrels go together")
    return args


def make(args, folder):
    """A run and judgements: a third of the scores tie, some only in 32 bits."""
    rng = random.Random(7)
    run, qrels = Path(folder) / "run.txt", Path(folder) / "qrels.txt"
    with run.open("w") as ranked, qrels.open("w") as judged:
        for q in range(args.queries):
            documents = rng.sample(range(args.documents), args.depth)
            score = 30.0
            for rank, d in enumerate(documents, 1):
                chance = rng.random()
                score -= 0 if chance < 0.2 else 1e-8 if chance < 0.35 else rng.random() * 0.02
                ranked.write(f"query-{q} Q0 corpus_{d:07} {rank} {score!r} system\n")
            for d in rng.sample(documents, min(40, args.depth)):
                judged.write(f"query-{q} 0 corpus_{d:07} {rng.choice([0, 0, 1, 1, 2, 3])}\n")
            # Relevant documents that were not retrieved.
            for d in range(args.documents, args.documents + 10):
                judged.write(f"query-{q} 0 corpus_{d:07} {rng.choice([0, 1, 2])}\n")
    return str(run), str(qrels)


def pytrec(run_path, qrels_path):
    import pytrec_eval

    with open(qrels_path, encoding="utf-8") as file:
        qrels = pytrec_eval.parse_qrel(file)
    with open(run_path, encoding="utf-8") as file:
        run = pytrec_eval.parse_run(file)
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, set(MEASURES.values()))
    values = evaluator.evaluate(run)
    means = {
        name: pytrec_eval.compute_aggregated_measure(theirs, [v[theirs] for v in values.values()])
        for name, theirs in MEASURES.items()
    }
    return values, means


def isogloss(args, run_path, qrels_path):
    command = [args.isogloss, qrels_path, run_path, *MEASURES]
    env = {**os.environ, "RAYON_NUM_THREADS": str(args.threads)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{args.isogloss} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done


def largest_difference(done, values, means):
    ours = json.loads(done.stdout)
    if ours["queries"].keys() != values.keys():
        sys.exit("the two scored different queries")
    largest = max(abs(ours["mean"][name] - means[name]) for name in MEASURES)
    for query, row in ours["queries"].items():
        for name, theirs in MEASURES.items():
            largest = max(largest, abs(row[name] - values[query][theirs]))
    return largest


def main():
    args = arguments()
    import pytrec_eval

    if hasattr(os, "sched_setaffinity"):
        # Children inherit this, so both sides run on the same cores.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: args.threads])
    theirs, ours, busy = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        run, qrels = (args.run, args.qrels) if args.run else make(args, folder)
        lines = sum(1 for _ in open(run, "rb"))
        isogloss(args, run, qrels)  # the file cache is warm for both
        for turn in range(args.repeats):
            # Who goes first changes, so that neither always meets a cooler or busier machine.
            for side in ("theirs", "ours") if turn % 2 == 0 else ("ours", "theirs"):
                if side == "theirs":
                    seconds, _, (values, means) = measured(lambda: pytrec(run, qrels))
                    theirs.append(seconds)
                else:
                    seconds, used, done = measured(lambda: isogloss(args, run, qrels))
                    ours.append(seconds)
                    busy.append(used)
        result = {
            "environment": {
                "processor": processor_name(),
                "threads": args.threads,
                "load average at end": os.getloadavg()[0],
                "python": platform.python_version(),
                "pytrec_eval": pytrec_eval.__version__,
            },
            "lines": lines,
            "queries": len(values),
            "measures": len(MEASURES),
            "pytrec_eval": {
                "seconds": theirs,
                "lines/s": lines / statistics.median(theirs),
            },
            "isogloss": {
                "seconds": ours,
                "its own words": done.stderr.strip(),
                "share of the cores it had": [b / s / args.threads for b, s in zip(busy, ours)],
                "lines/s": lines / statistics.median(ours),
            },
            "ratio": statistics.median(theirs) / statistics.median(ours),
            "ratio, best run of each": min(theirs) / min(ours),
            "largest difference": largest_difference(done, values, means),
        }
    show(result)
    if args.json:
        Path(args.json).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
