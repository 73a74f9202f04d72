"""Golden values of a tiny BERT body by NumPy, straight from the equations of Devlin et al. 2019 and
the layout of `transformers`' BertModel: last hidden states, mean and CLS embeddings.

Run: python3 bert.py > bert.json
"""

import json
import math

import numpy as np

rng = np.random.default_rng(11)
V, D, H, F, L, P = 12, 8, 2, 16, 2, 10
EPS = 1e-12
erf = np.vectorize(math.erf)


def draw(*shape):
    return (rng.normal(size=shape) * 0.4).astype(np.float32)


weights = {
    "embeddings.word_embeddings.weight": draw(V, D),
    "embeddings.position_embeddings.weight": draw(P, D),
    "embeddings.token_type_embeddings.weight": draw(2, D),
    "embeddings.LayerNorm.weight": 1 + draw(D),
    "embeddings.LayerNorm.bias": draw(D),
}
for i in range(L):
    at = f"encoder.layer.{i}."
    for part, a, b in [
        ("attention.self.query", D, D), ("attention.self.key", D, D), ("attention.self.value", D, D),
        ("attention.output.dense", D, D), ("intermediate.dense", F, D), ("output.dense", D, F),
    ]:
        weights[f"{at}{part}.weight"] = draw(a, b)
        weights[f"{at}{part}.bias"] = draw(a)
    for part in ("attention.output.LayerNorm", "output.LayerNorm"):
        weights[f"{at}{part}.weight"] = 1 + draw(D)
        weights[f"{at}{part}.bias"] = draw(D)
w = {k: v.astype(np.float64) for k, v in weights.items()}


def norm(x, name):
    mean = x.mean(-1, keepdims=True)
    var = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(var + EPS) * w[name + ".weight"] + w[name + ".bias"]


def linear(x, name):
    return x @ w[name + ".weight"].T + w[name + ".bias"]


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def hidden(ids):  # one sequence without padding
    n = len(ids)
    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:n]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for i in range(L):
        at = f"encoder.layer.{i}."
        heads = []
        q, k, v = (linear(x, at + f"attention.self.{p}") for p in ("query", "key", "value"))
        for h in range(H):
            s = slice(h * D // H, (h + 1) * D // H)
            heads.append(softmax(q[:, s] @ k[:, s].T / math.sqrt(D // H)) @ v[:, s])
        x = norm(x + linear(np.concatenate(heads, -1), at + "attention.output.dense"), at + "attention.output.LayerNorm")
        y = linear(x, at + "intermediate.dense")
        y = 0.5 * y * (1 + erf(y / math.sqrt(2)))
        x = norm(x + linear(y, at + "output.dense"), at + "output.LayerNorm")
    return x


sequences = [[1, 5, 3, 7, 2], [4, 4], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]]
states = [hidden(s) for s in sequences]
unit = lambda x: (x / np.linalg.norm(x)).tolist()
print(json.dumps({
    "weights": {k: {"shape": list(v.shape), "values": v.astype(float).ravel().tolist()} for k, v in weights.items()},
    "sequences": sequences,
    "mean": [unit(s.mean(0)) for s in states],
    "cls": [unit(s[0]) for s in states],
}))
