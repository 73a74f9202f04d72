"""A run and judgements with everything that tells evaluators apart, and trec_eval's figures.

    pip install pytrec_eval-terrier
    python crates/runs/tests/golden/scores.py crates/runs/tests/golden

In the run: equal scores, scores equal in 32 bits only, negative and huge scores, lines out of
order, ids that sort differently as text and as numbers, a query without judgements. In the
judgements: grades, relevance below 0, a query that the run lacks, one with nothing relevant.
"""

import json
import random
import sys
from pathlib import Path

import pytrec_eval

MEASURES = {
    "AP": "map",
    "AP@20": "map_cut_20",
    "nDCG": "ndcg",
    "nDCG@10": "ndcg_cut_10",
    "P@5": "P_5",
    "R@100": "recall_100",
    "RR": "recip_rank",
    "Success@1": "success_1",
    "Rprec": "Rprec",
}


def main():
    folder = Path(sys.argv[1])
    rng = random.Random(5)
    run, qrels = {}, {}
    for q in range(1, 15):
        documents = [f"doc-{d}" for d in rng.sample(range(150), 60)] + ["Ünï", "文書"]
        base = rng.choice([0.5, -7.0, 1e6])
        scores = [base, base + 1e-9, base - 0.25, base + rng.random(), base + 0.125]
        if q != 13:
            run[f"q{q}"] = {d: rng.choice(scores) for d in documents}
        if q != 14:
            grades = [0] if q == 12 else [-1, 0, 0, 1, 1, 2, 3]
            pool = documents[::3] + [f"doc-{d}" for d in range(150, 155)]
            qrels[f"q{q}"] = {d: rng.choice(grades) for d in pool}
    lines = [
        f"{q} Q0 {d} {rank} {score!r} golden"
        for q, documents in run.items()
        for rank, (d, score) in enumerate(documents.items(), 1)
    ]
    rng.shuffle(lines)
    (folder / "run.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    judged = [f"{q} 0 {d} {r}" for q, documents in qrels.items() for d, r in documents.items()]
    rng.shuffle(judged)
    (folder / "qrels.txt").write_text("\n".join(judged) + "\n", encoding="utf-8")

    evaluator = pytrec_eval.RelevanceEvaluator(qrels, set(MEASURES.values()))
    values = evaluator.evaluate(run)
    queries = {q: {m: row[t] for m, t in MEASURES.items()} for q, row in values.items()}
    means = {m: sum(row[m] for row in queries.values()) / len(queries) for m in MEASURES}
    golden = json.dumps({"count": len(queries), "mean": means, "queries": queries}, indent=1)
    (folder / "scores.json").write_text(golden + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
