"""Fits, predictions and scores of scikit-learn that the tests compare with.

python -m pip install scikit-learn && python golden.py > golden.json
"""

import json
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedKFold

warnings.simplefilter("ignore", ConvergenceWarning)


def draw(rng, counts, dimension, apart, unit):
    centres = np.random.default_rng(17).normal(size=(len(counts), dimension)) * apart
    x = np.concatenate([c + rng.normal(size=(n, dimension)) for c, n in zip(centres, counts)])
    if unit:
        x /= np.linalg.norm(x, axis=1, keepdims=True)
    labels = np.repeat(np.arange(len(counts)) * 3 + 2, counts)
    order = rng.permutation(len(labels))
    return x[order].round(4).astype(np.float32), labels[order]


def case(name, train, test, c=1.0):
    (x, y), (tx, ty) = train, test
    x64, tx64 = x.astype(np.float64), tx.astype(np.float64)
    exact = LogisticRegression(C=c, tol=1e-11, max_iter=5000).fit(x64, y)
    usual = LogisticRegression(C=c, max_iter=100).fit(x64, y)
    predicted = usual.predict(tx64)
    return {
        "name": name,
        "c": c,
        "dimension": x.shape[1],
        "train": [round(float(v), 4) for v in x.ravel()],
        "train_labels": y.tolist(),
        "test": [round(float(v), 4) for v in tx.ravel()],
        "test_labels": ty.tolist(),
        "weights": [[float(v) for v in w] for w in exact.coef_],
        "intercepts": exact.intercept_.tolist(),
        "predicted": predicted.tolist(),
        "accuracy": accuracy_score(ty, predicted),
        "macro_f1": f1_score(ty, predicted, average="macro"),
    }


rng = np.random.default_rng(4)
uneven = np.array([0.5, 0.6, 0.4, -0.5, -0.6, -0.4, 300, 400, -300, -400, 0.05, -0.05])
uneven3 = np.concatenate([uneven, [3.0, 3.1, 2.9]])[:, None].astype(np.float32)
uneven3_labels = np.array([1 if v > 0 else 0 for v in uneven] + [2, 2, 2])
cases = [
    case("three labels", draw(rng, [20, 15, 25], 5, 0.7, False), draw(rng, [9, 9, 9], 5, 0.7, False)),
    case("two labels", draw(rng, [20, 12], 4, 0.6, False), draw(rng, [12, 12], 4, 0.6, False), 10.0),
    case(
        "few rows of unit length",
        draw(rng, [8] * 6, 16, 0.8, True),
        draw(rng, [10] * 6, 16, 0.8, True),
    ),
    case("uneven size", (uneven3, uneven3_labels), (uneven3, uneven3_labels)),
]

x, y = draw(rng, [30, 24, 18, 12], 6, 0.5, True)
folds = np.zeros(len(y), dtype=int)
accuracies, f1s = [], []
splitter = StratifiedKFold(5, shuffle=True, random_state=0)
for fold, (fit, judge) in enumerate(splitter.split(x, y)):
    folds[judge] = fold
    model = LogisticRegression(max_iter=100).fit(x[fit].astype(np.float64), y[fit])
    predicted = model.predict(x[judge].astype(np.float64))
    accuracies.append(accuracy_score(y[judge], predicted))
    f1s.append(f1_score(y[judge], predicted, average="macro"))

print(
    json.dumps(
        {
            "cases": cases,
            "folds": {
                "dimension": x.shape[1],
                "vectors": [round(float(v), 4) for v in x.ravel()],
                "labels": y.tolist(),
                "fold_of_row": folds.tolist(),
                "accuracy": accuracies,
                "macro_f1": f1s,
            },
        }
    )
)
