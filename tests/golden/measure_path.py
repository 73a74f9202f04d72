#!/usr/bin/env python3
"""Golden values for the whole measure path, from other public software.

Builds a small benchmark in LAReQA's layout with vectors for its questions and candidates, and
scores it with pytrec_eval (trec_eval itself, behind Python) and scikit-learn in the monolingual,
cross-lingual and multilingual settings. The output holds inputs and results:

    pip install pytrec-eval-terrier==0.5.11 scikit-learn==1.9.1 numpy==2.4.6
    python3 tests/golden/measure_path.py > tests/golden/measure_path.json

What the case has in it, because each could go wrong unseen:

- offsets in texts that are not ASCII, and paragraphs of more than ten sentences, so that candidate
  ids sort differently as text (`de_1_9` after `de_1_10`) and as numbers;
- questions that exist in one, two or three languages, and two questions with one positive;
- vectors of multiples of 1/2, so that every score is exact in 32-bit floats whatever the order of
  summation, and many scores are equal: trec_eval ranks those by id, descending.

pytrec_eval has no rank distance. It has the reciprocal rank, so the rank of each relevant candidate
is read off by naming it as the only relevant one.

scikit-learn gives tied candidates one common threshold. It is therefore handed the ranks that
trec_eval made instead of the scores; on scores without ties both agree anyway, which is checked
here too.
"""

import importlib.metadata
import json
import statistics
import sys

import numpy as np
import pytrec_eval
from sklearn.metrics import average_precision_score

SEED = 20240820
DIMENSION = 8
NOISE = 2
WORDS = {
    "de": "Größe Straße über Fluß Käse Öl Brücke für Zug Tür müde schön".split(),
    "hi": "पानी नदी घर किताब सूरज चाँद पेड़ रास्ता समय दिन रात शहर".split(),
    "zh": "水 河流 房子 书 太阳 月亮 树 道路 时间 白天 夜晚 城市".split(),
}
SENTENCES = {"de": [12, 4, 5], "hi": [3, 11, 4, 2], "zh": [2, 2, 10, 3]}
SHARED = [f"q{n:02}" for n in range(8)]
QUESTIONS = {
    "de": SHARED + ["q08", "q09", "q10", "q11"],
    "hi": SHARED + ["q08", "q09", "q12", "q13"],
    "zh": SHARED + ["q11", "q12", "q14", "q15"],
}
MEASURES = {"map", "recall_1", "recall_10", "recip_rank", "success_1", "success_10", "ndcg_cut_10"}


def build(language, concepts, rng):
    """One language: LAReQA JSON, candidate ids, vectors, and each question's positive."""
    joiner = "" if language == "zh" else " "
    counts = SENTENCES[language]
    places = [(p, s) for p, count in enumerate(counts) for s in range(count)]
    ids = [f"{language}_{p + 1}_{s}" for p, s in places]

    chosen = rng.permutation(len(places))[: len(QUESTIONS[language])].tolist()
    positive = dict(zip(QUESTIONS[language], chosen))
    positive["q01"] = positive["q00"]

    paragraphs = []
    for count in counts:
        sentences = [
            joiner.join(rng.choice(WORDS[language], size=rng.integers(3, 7))) + "." for _ in range(count)
        ]
        context, breaks = "", []
        for sentence in sentences:
            start = len(context)
            breaks.append([start, start + len(sentence)])
            context += sentence + joiner
        context = context[: len(context) - len(joiner)] if joiner else context
        paragraphs.append({"context": context, "sentence_breaks": breaks, "qas": []})
    for question, candidate in positive.items():
        p, s = places[candidate]
        start, end = paragraphs[p]["sentence_breaks"][s]
        offset = int(rng.integers(start, end))
        paragraphs[p]["qas"].append(
            {
                "id": question,
                "question": f"{WORDS[language][0]} {question}?",
                "answers": [{"answer_start": offset, "text": paragraphs[p]["context"][offset:end]}],
            }
        )
    half = len(paragraphs) // 2
    data = [
        {"title": "one", "paragraphs": paragraphs[:half]},
        {"title": "two", "paragraphs": paragraphs[half:]},
    ]
    # In the order of the file, which is the order in which a reader meets the questions.
    order = [qa["id"] for paragraph in paragraphs for qa in paragraph["qas"]]

    candidates = rng.integers(-2, 3, size=(len(ids), DIMENSION))
    for question in order:
        candidates[positive[question]] = concepts[question] + rng.integers(-NOISE, NOISE + 1, size=DIMENSION)
    questions = [concepts[question] + rng.integers(-NOISE, NOISE + 1, size=DIMENSION) for question in order]
    return {
        "language": language,
        "lareqa": {"version": 1.0, "data": data},
        "candidates": ids,
        "candidate_vectors": (np.clip(candidates, -2, 2) / 2).tolist(),
        "questions": order,
        "question_vectors": (np.clip(questions, -2, 2) / 2).tolist(),
        "positives": {question: ids[positive[question]] for question in order},
    }


def score(query_language, corpus):
    """Scores the questions of a language against candidates; the measures of each question."""
    ids = [name for target in corpus for name in target["candidates"]]
    matrix = np.array([row for target in corpus for row in target["candidate_vectors"]])
    run, qrels = {}, {}
    for question, vector in zip(query_language["questions"], query_language["question_vectors"]):
        relevant = [t["positives"][question] for t in corpus if question in t["positives"]]
        if relevant:
            scores = (matrix @ np.array(vector)).tolist()
            run[question] = dict(zip(ids, scores))
            qrels[question] = {name: int(name in relevant) for name in ids}
    found = pytrec_eval.RelevanceEvaluator(qrels, MEASURES).evaluate(run)

    queries = {}
    for question, measures in found.items():
        relevant = sorted(name for name, grade in qrels[question].items() if grade)
        queries[question] = {
            "relevant": len(relevant),
            "ranks": {name: rank(run[question], name) for name in relevant},
            **{name: measures[name] for name in sorted(MEASURES)},
        }
        check_with_sklearn(run[question], qrels[question], measures["map"])
    return queries


def rank(scores, name):
    one = pytrec_eval.RelevanceEvaluator({"q": {name: 1}}, {"recip_rank"})
    return round(1 / one.evaluate({"q": scores})["q"]["recip_rank"])


def check_with_sklearn(scores, grades, expected):
    names = list(scores)
    relevant = [grades[name] for name in names]
    by_rank = [-rank(scores, name) for name in names]
    assert sorted(by_rank) == list(range(-len(names), 0)), "ranks must be 1 to the number of candidates"
    assert abs(average_precision_score(relevant, by_rank) - expected) < 1e-9
    if len(set(scores.values())) == len(names):
        assert abs(average_precision_score(relevant, list(scores.values())) - expected) < 1e-9


def means(queries, names):
    values = queries.values()
    return {"questions": len(queries), **{n: statistics.fmean(v[n] for v in values) for n in names}}


def ties(language):
    """Questions whose positive has a score that another candidate of the language has too."""
    scores = np.array(language["question_vectors"]) @ np.array(language["candidate_vectors"]).T
    columns = [language["candidates"].index(language["positives"][q]) for q in language["questions"]]
    return sum(int((row == row[column]).sum() > 1) for row, column in zip(scores, columns))


def macro(rows, names):
    return {name: statistics.fmean(row[name] for row in rows) for name in names}


def main():
    rng = np.random.default_rng(SEED)
    all_questions = sorted({question for ids in QUESTIONS.values() for question in ids})
    concepts = {question: rng.integers(-2, 3, size=DIMENSION) for question in all_questions}
    # One positive for two questions needs one meaning for both.
    concepts["q01"] = concepts["q00"]
    languages = [build(language, concepts, rng) for language in sorted(QUESTIONS)]

    pairs, multilingual = [], []
    for query in languages:
        for target in languages:
            queries = score(query, [target])
            pairs.append(
                {
                    "query_language": query["language"],
                    "candidate_language": target["language"],
                    "mean": means(queries, ["map", "recall_1", "recall_10"]),
                    "queries": queries,
                }
            )
        queries = score(query, languages)
        distances = {
            question: max(found["ranks"].values()) - min(found["ranks"].values())
            for question, found in queries.items()
            if len(found["ranks"]) > 1
        }
        multilingual.append(
            {
                "query_language": query["language"],
                "mean": {
                    **means(queries, ["map", "recall_1", "recall_10"]),
                    "rank_distance": statistics.fmean(distances.values()),
                },
                "rank_distances": distances,
                "queries": queries,
            }
        )

    tied = sum(ties(language) for language in languages)
    assert tied >= 5, f"only {tied} positives have a score that another candidate has too"

    mono = [p["mean"] for p in pairs if p["query_language"] == p["candidate_language"]]
    cross = [p["mean"] for p in pairs if p["query_language"] != p["candidate_language"]]
    versions = ["pytrec_eval-terrier", "scikit-learn", "numpy"]
    json.dump(
        {
            "software": {name: importlib.metadata.version(name) for name in versions},
            "seed": SEED,
            "dimension": DIMENSION,
            "languages": languages,
            "pairs": pairs,
            "multilingual": multilingual,
            "mean": {
                "monolingual": macro(mono, ["map", "recall_1"]),
                "crosslingual": macro(cross, ["map", "recall_1"]),
                "multilingual": macro(
                    [m["mean"] for m in multilingual], ["map", "recall_10", "rank_distance"]
                ),
            },
        },
        sys.stdout,
        ensure_ascii=False,
        indent=1,
    )
    print()


if __name__ == "__main__":
    main()
