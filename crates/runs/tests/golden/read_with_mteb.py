"""Reads `mteb.json`, which the tests write the same byte for byte, with mteb itself.

    pip install mteb
    python crates/runs/tests/golden/read_with_mteb.py
"""

from pathlib import Path

import mteb
from mteb.results import TaskResult

result = TaskResult.from_disk(Path(__file__).with_name("mteb.json"))
assert result.scores["dev"][0]["ndcg_at_10"] == result.scores["dev"][0]["main_score"]
assert result.languages == ["deu"]
score = result.get_score(splits=["dev"], languages=["deu"])
print(f"mteb {mteb.__version__} reads {result.task_name}: {score}")
