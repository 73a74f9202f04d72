"""Corrected embeddings that the tests compare with, by NumPy's own decompositions.

python golden.py > golden.json
"""

import json

import numpy as np

D, LANGUAGES = 7, ["ar", "en", "th", "zh"]
rng = np.random.default_rng(3)


def draw(counts, seed_shift):
    rows, langs = [], []
    for language, n in enumerate(counts):
        basis = np.random.default_rng(100 + language)
        centre = basis.normal(size=D) * 1.5
        mix = basis.normal(size=(D, D)) * np.linspace(1.5, 0.3, D)
        rows.append(rng.normal(size=(n, D)) @ mix + centre + seed_shift)
        langs += [language] * n
    order = rng.permutation(len(langs))
    return np.concatenate(rows).astype(np.float32)[order], np.array(langs)[order]


fit, fit_langs = draw([9, 12, 8, 10], 0.0)
new, new_langs = draw([3, 2, 3, 2], 0.1)
x, y = fit.astype(np.float64), new.astype(np.float64)
means = np.stack([x[fit_langs == l].mean(axis=0) for l in range(len(LANGUAGES))])


def lir(r):
    out = y.copy()
    for l in range(len(LANGUAGES)):
        u, _, _ = np.linalg.svd(x[fit_langs == l].T, full_matrices=False)
        rows = new_langs == l
        out[rows] -= (out[rows] @ u[:, :r]) @ u[:, :r].T
    return out


def lsar(r):
    """The two steps of the paper: fit means by a common vector and a subspace, then make the
    common vector orthogonal to the subspace, and decompose what is left."""
    w = means.T
    ones = np.ones(w.shape[1])
    common = w.mean(axis=1)
    u, s, vh = np.linalg.svd(w - np.outer(common, ones), full_matrices=False)
    fitted = np.outer(common, ones) + u[:, :r] @ np.diag(s[:r]) @ vh[:r]
    common = np.linalg.pinv(fitted).T @ ones
    common /= (common**2).sum()
    u, _, _ = np.linalg.svd(fitted - np.outer(common, ones), full_matrices=False)
    return y - (y @ u[:, :r]) @ u[:, :r].T


expected = {
    "centre": y - means[new_langs],
    "shift:en": y - (means - means[1])[new_langs],
    "lir:1": lir(1),
    "lir:3": lir(3),
    "lsar:1": lsar(1),
    "lsar:2": lsar(2),
    "lsar": lsar(3),
}
print(
    json.dumps(
        {
            "dimension": D,
            "names": LANGUAGES,
            "fit": [float(v) for v in fit.ravel()],
            "fit_languages": fit_langs.tolist(),
            "new": [float(v) for v in new.ravel()],
            "new_languages": new_langs.tolist(),
            "expected": {k: [round(float(v), 9) for v in m.ravel()] for k, m in expected.items()},
        }
    )
)
