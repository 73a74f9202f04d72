"""What `mine_hard_negatives` of sentence-transformers mines from fixed vectors.

    HF_HUB_OFFLINE=1 python golden.py

writes golden.json beside itself. Needs `datasets`; no model and no network: a stand-in gives each
text its vector. Written with sentence-transformers 6.2, datasets 5.2 and torch 2.15.

Two things are not compared, because the library's answer depends on more than the query: which
candidates come in beyond `range_max` when some of those within it are filtered out (it makes room
for as many positives as any query has, and lets candidates in where a query has fewer), and what
is drawn at random. So filters are tried with a `range_max` beyond the corpus.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from datasets import Dataset
from sentence_transformers import util

random = np.random.default_rng(7)
QUERIES, DIMENSION, CORPUS = 9, 6, 40


def unit(x):
    return (x / np.linalg.norm(x)).astype(np.float32)


centres = [unit(random.normal(size=DIMENSION)) for _ in range(QUERIES)]
vectors = {f"q{i}": centre for i, centre in enumerate(centres)}
pairs = []
for i, centre in enumerate(centres):
    for j in range([1, 2, 3][i % 3]):
        name = f"p{i}.{j}"
        noise = random.normal(size=DIMENSION)
        if i == QUERIES - 1:
            # A little on the other side, where scores are negative.
            vectors[name] = unit(unit(noise - noise @ centre * centre) - 0.15 * (1 + j) * centre)
        else:
            vectors[name] = unit(centre + 0.3 * (1 + i % 4) * noise)
        pairs.append([f"q{i}", name])
for i in range(CORPUS):
    vectors[f"c{i}"] = unit(centres[i % QUERIES] + 0.6 * random.normal(size=DIMENSION))
corpus = [f"c{i}" for i in range(CORPUS)]


class Fixed:
    device = torch.device("cpu")

    def encode_document(self, texts, **_):
        return np.stack([vectors[text] for text in texts])

    encode_query = encode_document

    def similarity(self, a, b):
        return torch.as_tensor(a) @ torch.as_tensor(b).T

    def similarity_pairwise(self, a, b):
        return (torch.as_tensor(a) * torch.as_tensor(b)).sum(-1)


ALL = len(vectors)
cases = [
    {},
    {"num_negatives": 5, "range_min": 4},
    {"num_negatives": 2, "range_min": 3, "range_max": 6},
    {"num_negatives": 4, "range_max": ALL, "absolute_margin": 0.0},
    {"num_negatives": 4, "range_max": ALL, "absolute_margin": 0.15},
    {"num_negatives": 4, "range_max": ALL, "relative_margin": 0.05},
    {"num_negatives": 4, "range_max": ALL, "relative_margin": 0.4},
    {"num_negatives": 4, "range_max": ALL, "max_score": 0.5, "range_min": 2},
    {"num_negatives": 4, "range_max": ALL, "min_score": 0.6},
    {"num_negatives": 3, "range_max": ALL, "max_score": 0.7, "min_score": 0.2,
     "absolute_margin": 0.05, "relative_margin": 0.1, "range_min": 1},
]
scores = np.array([[a @ b for b in vectors.values()] for a in centres])

def mine(settings, with_corpus):
    mined = util.mine_hard_negatives(
        Dataset.from_dict({"query": [q for q, _ in pairs], "passage": [p for _, p in pairs]}),
        Fixed(), corpus=corpus if with_corpus else None, output_format="labeled-list",
        output_scores=True, verbose=False, **settings)
    negatives = {f"q{i}": [] for i in range(QUERIES)}
    for query, texts, values in zip(mined["query"], mined["passage"], mined["scores"]):
        found = [[text, value] for text, value in zip(texts[1:], values[1:])]
        assert negatives[query] in ([], found), "rows of one query differ"
        negatives[query] = found
    return negatives


results = []
for settings in cases:
    for with_corpus in [False, True]:
        negatives = mine(settings, with_corpus)
        results.append({"settings": settings, "corpus": with_corpus, "negatives": negatives})

# Ties and thresholds that rounding could cross would test nothing.
for row in scores:
    assert np.diff(np.sort(row)).min() > 1e-6
plain = {"num_negatives": 4}
for result in results[6:]:
    assert result["negatives"] != mine(plain, result["corpus"]), "the filter drops nothing"
assert all(result["negatives"]["q8"] for result in results if "relative_margin" in result["settings"]
           and "max_score" not in result["settings"] and result["corpus"])
counts = [sum(map(len, result["negatives"].values())) for result in results]
assert min(counts) > 5 and len(set(counts)) > 5, counts
golden = {
    "pairs": pairs,
    "corpus": corpus,
    "vectors": {name: [float(x) for x in vector] for name, vector in vectors.items()},
    "cases": results,
}
text = json.dumps(golden)
Path(__file__).with_suffix(".json").write_text(text.replace('{"settings"', '\n{"settings"') + "\n")
print(counts)
