"""Golden values of InfoNCE: losses and gradients by NumPy, gradients checked by differences.

Run: python3 info_nce.py > info_nce.json
"""

import json

import numpy as np

rng = np.random.default_rng(7)
BATCH, DIMENSION = 5, 4


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def log_softmax(x, axis):
    x = x - x.max(axis=axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


def loss(q, p, temperature, symmetric, margin):
    scores = (q @ p.T - margin * np.eye(len(q))) / temperature
    forward = -np.diag(log_softmax(scores, 1)).mean()
    if not symmetric:
        return forward
    return (forward - np.diag(log_softmax(scores, 0)).mean()) / 2


def gradients(q, p, temperature, symmetric, margin):
    scores = (q @ p.T - margin * np.eye(len(q))) / temperature
    d = (np.exp(log_softmax(scores, 1)) - np.eye(len(q))) / len(q)
    if symmetric:
        d = (d + (np.exp(log_softmax(scores, 0)) - np.eye(len(q))) / len(q)) / 2
    d = d / temperature
    return d @ p, d.T @ q


def check(q, p, *options):
    gq, gp = gradients(q, p, *options)
    for x, g in ((q, gq), (p, gp)):
        for i in np.ndindex(x.shape):
            old, h = x[i], 1e-6
            x[i] = old + h
            above = loss(q, p, *options)
            x[i] = old - h
            below = loss(q, p, *options)
            x[i] = old
            assert abs((above - below) / (2 * h) - g[i]) < 1e-6
    return gq, gp


q = unit(rng.normal(size=(BATCH, DIMENSION))).astype(np.float32).astype(np.float64)
p = unit(rng.normal(size=(BATCH, DIMENSION))).astype(np.float32).astype(np.float64)
cases = []
for temperature, symmetric, margin in [(0.05, False, 0.0), (0.05, True, 0.0), (0.2, True, 0.3), (1.0, False, 0.0)]:
    gq, gp = check(q, p, temperature, symmetric, margin)
    cases.append({
        "temperature": temperature,
        "symmetric": symmetric,
        "margin": margin,
        "loss": loss(q, p, temperature, symmetric, margin),
        "query_gradient": gq.ravel().tolist(),
        "passage_gradient": gp.ravel().tolist(),
    })
print(json.dumps({
    "batch": BATCH,
    "dimension": DIMENSION,
    "queries": q.ravel().tolist(),
    "passages": p.ravel().tolist(),
    "cases": cases,
}, indent=1))
