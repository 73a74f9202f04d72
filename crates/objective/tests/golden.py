"""Golden values of every loss and of its gradients, in f64.

    HF_HUB_OFFLINE=1 python golden.py

writes golden.json beside itself. Each case is computed from its equation with PyTorch and, where
sentence-transformers has the loss, by that library as well; the script stops unless the two agree
in the loss and in every gradient. Written with torch 2.15 and sentence-transformers 6.2.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from sentence_transformers import util
from sentence_transformers.sentence_transformer import losses

torch.set_default_dtype(torch.float64)
torch.manual_seed(11)
ROWS, DIMENSION, N, WIDE = 5, 8, 2, 12


def unit(x):
    return F.normalize(x, dim=-1)


def in_f32(x):
    """What the tests will read: f32 values."""
    return x.to(torch.float32).to(torch.float64)


# Queries near their passages, negatives in between, so that no softmax is all on one side.
centre = torch.randn(ROWS, DIMENSION)
near = lambda: centre + 0.7 * torch.randn(ROWS, DIMENSION)
raw = {
    "queries": near() * torch.rand(ROWS, 1) * 5,
    "passages": near() * torch.rand(ROWS, 1) * 5,
    "negatives": (centre.repeat_interleave(N, 0) + 1.2 * torch.randn(ROWS * N, DIMENSION)) * 3,
}
inputs = {f"raw_{name}": in_f32(x) for name, x in raw.items()}
inputs |= {name: in_f32(unit(x)) for name, x in raw.items()}
inputs["translations"] = in_f32(unit(near()))
inputs["teacher_queries"] = in_f32(unit(near()))
inputs["teacher_passages"] = in_f32(unit(near()))
inputs["wide_queries"] = in_f32(unit(torch.randn(ROWS, WIDE)))
inputs["wide_passages"] = in_f32(unit(torch.randn(ROWS, WIDE)))
inputs["teacher_scores"] = in_f32(torch.rand(ROWS, 1 + N))
inputs["projection"] = in_f32(torch.randn(DIMENSION, WIDE) / math.sqrt(DIMENSION))
inputs["bias"] = in_f32(torch.randn(WIDE) / 4)
inputs["log_scale"] = in_f32(torch.tensor([math.log(20.0)]))

same = torch.zeros(ROWS, ROWS, dtype=torch.bool)
same[0, 3] = same[3, 0] = same[2, 4] = same[4, 2] = True
absent = torch.zeros(ROWS * N, dtype=torch.bool)
absent[[3, 6, 7]] = True  # row 1 has one hard negative, row 3 has none
same_negatives = torch.zeros(ROWS, ROWS * N, dtype=torch.bool)
same_negatives[0, 1] = same_negatives[4, 5] = same_negatives[2, 0] = True
masks = {"same": same, "absent": absent, "same_negatives": same_negatives}

NAMES = {
    "query-to-passage": "query_to_doc",
    "passage-to-query": "doc_to_query",
    "query-to-query": "query_to_query",
    "passage-to-passage": "doc_to_doc",
}
MODES = {"in-batch": "in_batch_negatives", "hard": "hard_negatives", "all": "all_negatives"}


def contrastive(x, objective, used):
    """The equation, pool by pool."""
    q, p = x["queries"], x["passages"]
    h = x.get("negatives")
    scale = torch.exp(x["log_scale"]) if "log_scale" in x else 1 / objective.get("temperature", 0.05)
    margin = objective.get("margin", 0.0)
    directions = objective.get("directions", ["query-to-passage"])
    own_scope = objective.get("negatives") == "own"
    hardness = objective.get("hardness", {"of": None, "strength": 0.0})
    itself = torch.eye(ROWS, dtype=torch.bool)
    block = itself.repeat_interleave(N, 1)
    hidden = itself | (same if "same" in used else torch.zeros_like(same))
    out = torch.zeros(ROWS, ROWS * N, dtype=torch.bool)
    if "absent" in used:
        out = out | absent
    if "same_negatives" in used:
        out = out | same_negatives
    if own_scope:
        out = out | ~block
    minus = lambda scores, mask: scores.masked_fill(mask, -torch.inf)
    harder = lambda cos, mask: hardness["strength"] * cos.detach() * mask
    kind = hardness["of"]
    positive = ((q * p).sum(1) - margin) * scale
    pools = {}
    for direction in directions:
        if direction == "query-to-passage":
            cos = q @ p.T
            pool = [minus(cos * scale + harder(cos, kind in ("in-batch", "all")), hidden)]
            if h is not None:
                cos = q @ h.T
                which = {"hard": block, "in-batch": ~block, "all": block | ~block}.get(kind, 0)
                pool.append(minus(cos * scale + harder(cos, which), out))
        elif direction == "passage-to-query":
            pool = [minus(p @ q.T * scale, hidden)]
        elif direction == "query-to-query":
            pool = [minus(q @ q.T * scale, hidden)]
        else:
            pool = [minus(p @ p.T * scale, hidden)]
            if h is not None and not own_scope:
                pool.append(minus(p @ h.T * scale, out | block))
        pools[direction] = pool

    def log_sum(some):
        times = max(1, sum(d in ("query-to-passage", "passage-to-query") for d in some))
        columns = [positive.unsqueeze(1)] * times + [s for d in some for s in pools[d]]
        return torch.logsumexp(torch.cat(columns, 1), 1)

    if objective.get("softmax") == "per-direction":
        total = sum(log_sum([d]) for d in directions) / len(directions)
    else:
        total = log_sum(directions)
    return (total - positive).mean()


def columns(x):
    """As the library takes them: one column per hard negative."""
    hard = [x["negatives"][k::N] for k in range(N)] if "negatives" in x else []
    return [x["queries"], x["passages"]] + hard


def library_contrastive(x, objective, used, similarity, model=None):
    if set(used) & {"same", "absent", "same_negatives"}:
        return None
    if objective.get("margin") or objective.get("negatives") == "own":
        return None
    directions = objective.get("directions", ["query-to-passage"])
    softmax = objective.get("softmax", "joint")
    if "query-to-passage" not in directions:
        return None
    if softmax == "per-direction" and set(directions) - {"query-to-passage", "passage-to-query"}:
        return None
    hardness = objective.get("hardness", {"of": None, "strength": 0.0})
    scale = torch.exp(x["log_scale"]) if "log_scale" in x else 1 / objective.get("temperature", 0.05)
    loss = losses.MultipleNegativesRankingLoss(
        model,
        scale=scale,
        similarity_fct=similarity,
        directions=tuple(NAMES[d] for d in directions),
        partition_mode=softmax.replace("-", "_"),
        hardness_mode=MODES.get(hardness["of"]),
        hardness_strength=hardness["strength"],
    )
    return loss if model else loss.compute_loss_from_embeddings(columns(x), None)


def own_scores(x):
    q = x["queries"]
    h = x["negatives"].reshape(ROWS, N, -1)
    return torch.cat([(q * x["passages"]).sum(1, keepdim=True), (q.unsqueeze(1) * h).sum(2)], 1)


def present():
    return ~torch.cat([torch.zeros(ROWS, 1, dtype=torch.bool), absent.reshape(ROWS, N)], 1)


def kl(scores, target):
    """Of each row over the candidates that are there."""
    p = torch.softmax(target, -1)
    return (p * (torch.log_softmax(target, -1) - torch.log_softmax(scores, -1))).sum(-1)


def score_kl(x, objective, used):
    t = objective.get("temperature", 1.0)
    tt = objective.get("teacher_temperature", t)
    if objective.get("candidates") == "batch":
        student = x["queries"] @ x["passages"].T
        teacher = inputs["teacher_queries"] @ inputs["teacher_passages"].T
    else:
        student, teacher = own_scores(x), inputs["teacher_scores"]
    there = present() if "absent" in used else torch.ones_like(student, dtype=torch.bool)
    rows = [kl(s[m] / t, c[m] / tt) for s, c, m in zip(student, teacher, there)]
    return torch.stack(rows).mean() * (t * t if objective.get("rescale", True) else 1)


def library_score_kl(x, objective, used, similarity, model=None):
    own = objective.get("candidates", "own") == "own" and objective.get("rescale", True)
    if "absent" in used or not own:
        return None
    loss = losses.DistillKLDivLoss(
        model,
        temperature=objective.get("temperature", 1.0),
        teacher_temperature=objective.get("teacher_temperature"),
    )
    return loss if model else loss.compute_loss_from_embeddings(columns(x), inputs["teacher_scores"])


def margin_mse(x, objective, used):
    margins = lambda s: s[:, :1] - s[:, 1:]
    errors = (margins(own_scores(x)) - margins(inputs["teacher_scores"])) ** 2
    return errors[present()[:, 1:]].mean() if "absent" in used else errors.mean()


def library_margin_mse(x, objective, used, similarity, model=None):
    if "absent" in used:
        return None
    loss = losses.MarginMSELoss(model)
    return loss if model else loss.compute_loss_from_embeddings(columns(x), inputs["teacher_scores"])


def with_teacher(x, used):
    prefix = "wide" if "wide" in used else "teacher"
    project = (lambda v: v @ x["projection"] + x["bias"]) if "wide" in used else (lambda v: v)
    sides = ["queries"] if "one-side" in used else ["queries", "passages"]
    dimension = x["queries"].shape[1]
    teachers = [inputs[f"{prefix}_{side}"] for side in sides]
    # Under Matryoshka a teacher of the same dimension is shortened too.
    if prefix == "teacher" and dimension < DIMENSION:
        teachers = [unit(t[:, :dimension]) for t in teachers]
    return [project(x[side]) for side in sides], teachers


def embeddings(x, objective, used):
    distance = objective.get("distance", "mse")
    parts = []
    for s, t in zip(*with_teacher(x, used)):
        if distance == "mse":
            parts.append(((s - t) ** 2).mean())
        elif distance == "cosine":
            parts.append((1 - (s * t).sum(1) / s.norm(dim=1) / t.norm(dim=1)).mean())
        else:
            parts.append((s - t).norm(dim=1).mean())
    return sum(parts) / len(parts)


def library_embeddings(x, objective, used, similarity, model=None):
    if model:
        return None
    loss = losses.EmbedDistillLoss(None, distance_metric=objective.get("distance", "mse"))
    return loss.compute_loss_from_embeddings(*with_teacher(x, used))


def consistency(x, objective, used):
    t = objective.get("temperature", 1.0)
    p = x["passages"].T
    return kl(x["queries"] @ p / t, x["translations"] @ p / t).mean()


def torch_consistency(x, objective, used, similarity, model=None):
    """No class of the library: PyTorch's divergence on its similarities."""
    if model:
        return None
    t = objective.get("temperature", 1.0)
    log_a = torch.log_softmax(similarity(x["queries"], x["passages"]) / t, -1)
    b = torch.softmax(similarity(x["translations"], x["passages"]) / t, -1)
    return torch.nn.KLDivLoss(reduction="batchmean")(log_a, b)


def cut(x, dimension):
    student = ("queries", "passages", "negatives", "translations")
    return {n: unit(v[:, :dimension]) if n in student else v for n, v in x.items()}


class Columns(torch.nn.Module):
    """A model whose embeddings are given: what MatryoshkaLoss wraps."""

    def forward(self, features):
        return {"sentence_embedding": features["given"]}

    def get_embedding_dimension(self):
        return DIMENSION


def matryoshka(x, objective, used):
    weights = objective.get("weights") or [1] * len(objective["dimensions"])
    pairs = zip(weights, objective["dimensions"])
    return sum(w * equation(cut(x, d), objective["of"], used) for w, d in pairs)


def library_matryoshka(x, objective, used, similarity, model=None):
    model = Columns()
    of = objective["of"]
    inner = KINDS[of["kind"]][1](x, of, used, similarity, model)
    if inner is None:
        return None
    loss = losses.MatryoshkaLoss(model, inner, objective["dimensions"], objective.get("weights"))
    return loss([{"given": column} for column in columns(x)], inputs["teacher_scores"])


def total(x, objective, used):
    return sum(term["weight"] * equation(x, term["loss"], used) for term in objective["terms"])


def mimo(x, objective, used):
    share = objective.get("share", 0.2)
    distilled = {"distance": objective.get("distance", "cosine")}
    near = contrastive(x, objective.get("contrastive", {}), used)
    return share * near + (1 - share) * embeddings(x, distilled, used)


def library_mimo(x, objective, used, similarity, model=None):
    """The two classes of the library, weighted as MIMO's repository weighs them."""
    share = objective.get("share", 0.2)
    distilled = {"distance": objective.get("distance", "cosine")}
    near = library_contrastive(x, objective.get("contrastive", {}), used, similarity)
    return share * near + (1 - share) * library_embeddings(x, distilled, used, similarity)


def lakda(x, objective, used):
    alpha = objective.get("alpha", 0.5)
    near = contrastive(x, objective.get("contrastive", {}), used)
    return (1 - alpha) * near + alpha * consistency(x, {}, used)


def library_lakda(x, objective, used, similarity, model=None):
    alpha = objective.get("alpha", 0.5)
    near = library_contrastive(x, objective.get("contrastive", {}), used, similarity)
    return (1 - alpha) * near + alpha * torch_consistency(x, {}, used, similarity)


KINDS = {
    "contrastive": (contrastive, library_contrastive),
    "embeddings": (embeddings, library_embeddings),
    "score-kl": (score_kl, library_score_kl),
    "margin-mse": (margin_mse, library_margin_mse),
    "query-consistency": (consistency, torch_consistency),
    "matryoshka": (matryoshka, library_matryoshka),
    "sum": (total, None),
    "mimo": (mimo, library_mimo),
    "lakda": (lakda, library_lakda),
}


def equation(x, objective, used):
    return KINDS[objective["kind"]][0](x, objective, used)


def leaves(used):
    names = ["queries", "passages"]
    names += [name for name in ("negatives", "translations", "log_scale") if name in used]
    if "wide" in used:
        names += ["projection", "bias"]
    source = lambda name: f"raw_{name}" if "raw" in used else name
    return {name: inputs[source(name)].clone().requires_grad_() for name in names}


def gradients(f, used):
    x = leaves(used)
    loss = f(x)
    if loss is None:
        return None
    found = torch.autograd.grad(loss, list(x.values()), allow_unused=True)
    zero = lambda g, v: torch.zeros_like(v) if g is None else g
    return loss.item(), {n: zero(g, v) for g, (n, v) in zip(found, x.items())}


def case(objective, *used):
    normal = lambda x: {n: unit(v) if n in raw else v for n, v in x.items()} if "raw" in used else x
    loss, found = gradients(lambda x: equation(normal(x), objective, used), used)
    library = KINDS[objective["kind"]][1]
    # Unit vectors go in as they are; raw ones through the library's own cosine.
    similarity = util.cos_sim if "raw" in used else util.dot_score
    other = library and gradients(lambda x: library(x, objective, used, similarity), used)
    if other:
        differences = [(found[name] - other[1][name]).abs().max().item() for name in found]
        worst = max(differences + [abs(loss - other[0])])
        assert worst < 1e-9, (objective, used, worst)
    print(f"{'library' if other else '':8}{loss:10.5f}  {json.dumps(objective)} {' '.join(used)}")
    return {
        "objective": objective,
        "with": list(used),
        "library": bool(other),
        "loss": loss,
        "gradients": {name: g.ravel().tolist() for name, g in found.items()},
    }


ONE, BOTH, ALL = ["query-to-passage"], ["query-to-passage", "passage-to-query"], list(NAMES)
cases = []
add = lambda objective, *used: cases.append(case(objective, *used))
ranked = lambda **settings: {"kind": "contrastive"} | settings
for temperature in (0.05, 0.01, 1.0):
    add(ranked(temperature=temperature))
inside = [["query-to-passage", "query-to-query"], ["query-to-passage", "passage-to-passage"]]
for directions in [BOTH, ALL] + inside:
    for used in ((), ("negatives",)):
        add(ranked(directions=directions, temperature=0.1), *used)
alone = [["passage-to-query"], ["query-to-query"], ["passage-to-passage"]]
for directions in [ONE, BOTH, ALL] + alone:
    add(ranked(directions=directions, softmax="per-direction", temperature=0.1), "negatives")
add(ranked(directions=BOTH, softmax="per-direction"))
add(ranked(directions=["query-to-query", "passage-to-passage"], temperature=0.2), "negatives")
add(ranked(directions=BOTH, softmax="per-direction", margin=0.3))
add(ranked(directions=ALL, margin=0.3, temperature=0.2), "negatives")
add(ranked(), "raw")
add(ranked(directions=ALL, temperature=0.1), "raw", "negatives")
for directions in (ONE, ALL):
    own = ranked(directions=directions, negatives="own", temperature=0.1)
    add(own, "negatives")
    add(own, "negatives", "absent", "same_negatives", "same")
    shared = ranked(directions=directions, temperature=0.1)
    add(shared, "same")
    add(shared, "negatives", "absent")
    add(shared, "negatives", "same_negatives")
    add(shared, "negatives", "absent", "same_negatives", "same")
for of in MODES:
    hardness = {"of": of, "strength": 5.0}
    add(ranked(hardness=hardness), "negatives")
    add(ranked(hardness=hardness, directions=ALL, temperature=0.2), "negatives")
    add(ranked(hardness=hardness, negatives="own"), "negatives")
add(ranked(hardness={"of": "in-batch", "strength": 9.0}))
add(ranked(learn_temperature=True), "log_scale")
add(ranked(learn_temperature=True, directions=ALL), "negatives", "log_scale")
both = ranked(learn_temperature=True, directions=BOTH, softmax="per-direction", margin=0.1)
add(both, "log_scale")
for distance in ("mse", "cosine", "l2"):
    distilled = {"kind": "embeddings", "distance": distance}
    add(distilled)
    add(distilled, "one-side")
    add(distilled, "wide")
add({"kind": "score-kl"}, "negatives")
add({"kind": "score-kl", "temperature": 2.0, "teacher_temperature": 0.5}, "negatives")
add({"kind": "score-kl", "temperature": 0.05, "rescale": False}, "negatives")
add({"kind": "score-kl", "temperature": 0.1}, "negatives", "absent")
add({"kind": "score-kl", "candidates": "batch", "temperature": 0.1, "rescale": False})
add({"kind": "margin-mse"}, "negatives")
add({"kind": "margin-mse"}, "negatives", "absent")
add({"kind": "query-consistency"}, "translations")
add({"kind": "query-consistency", "temperature": 0.1}, "translations")
nested = lambda of, **settings: {"kind": "matryoshka", "dimensions": [8, 4, 2], "of": of} | settings
add(nested(ranked()))
four = ranked(directions=ALL, temperature=0.1)
add(nested(four, weights=[1.0, 0.5, 0.25]), "negatives")
add(nested(ranked(learn_temperature=True)), "log_scale")
add(nested({"kind": "score-kl"}), "negatives")
add(nested({"kind": "margin-mse"}), "negatives")
add(nested({"kind": "embeddings", "distance": "cosine"}))
add(nested({"kind": "query-consistency", "temperature": 0.5}), "translations")
add({"kind": "mimo"}, "wide")
add({"kind": "mimo", "share": 0.5, "contrastive": {"temperature": 0.02, "directions": BOTH}}, "wide")
add({"kind": "lakda"}, "translations")
add({"kind": "lakda", "alpha": 0.3, "contrastive": {"temperature": 0.1}}, "translations", "negatives")
terms = [
    {"weight": 1.0, "loss": nested(ranked(temperature=0.1))},
    {"weight": 0.5, "loss": {"kind": "margin-mse"}},
    {"weight": 2.0, "loss": {"kind": "score-kl", "temperature": 0.5}},
]
add({"kind": "sum", "terms": terms}, "negatives", "absent")

golden = {
    "rows": ROWS,
    "dimension": DIMENSION,
    "n": N,
    "wide": WIDE,
    "inputs": {name: x.ravel().tolist() for name, x in inputs.items()},
    "masks": {name: mask.ravel().tolist() for name, mask in masks.items()},
    "cases": cases,
}
print(len(cases), "cases,", sum(case["library"] for case in cases), "by a library as well")


def rounded(value):
    """Ten digits are a thousand times finer than what f32 holds."""
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {k: rounded(v) for k, v in value.items()} if isinstance(value, dict) else value


Path(__file__).with_name("golden.json").write_text(json.dumps(rounded(golden)) + "\n")
