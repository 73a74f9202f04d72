"""Scores that the tests compare with: `bm25s` with Lucene's formula on ready words.

python -m pip install bm25s==0.2.* && python golden.py > golden.txt
"""

import bm25s

DOCUMENTS = [
    "the cat sat on the mat",
    "the dog chased the cat and the cat ran",
    "a bird sang",
    "dogs and cats and birds are animals in the house of the old man near the river",
    "mat",
]
QUERIES = ["cat on mat", "the the cat", "bird house", "nothing here"]

for k1, b in [(0.9, 0.4), (1.2, 0.75)]:
    retriever = bm25s.BM25(method="lucene", k1=k1, b=b)
    retriever.index([d.split() for d in DOCUMENTS], show_progress=False)
    for query in QUERIES:
        known = [w for w in query.split() if any(w in d.split() for d in DOCUMENTS)]
        scores = retriever.get_scores(known) if known else [0.0] * len(DOCUMENTS)
        print(k1, b, query, *(f"{s:.7f}" for s in scores), sep="\t")
