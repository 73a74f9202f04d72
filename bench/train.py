"""`isogloss train` against sentence-transformers: the same model, pairs, order and cores, in one run.

    python bench/train.py --isogloss target/release/isogloss --threads 2 \
        --shapes small,static --batches 32,100 --repeats 3

Models are random and made here: `small` (BERT, 4 layers, 256 dimensions, 4 heads, 1,024 wide),
`static` (a table of 256 dimensions) and `xlmr` (XLM-R base: 12 layers, 768 dimensions, 250,002
rows; for a GPU: `--device cuda --shapes xlmr --batches 100,1024`). Pairs are the English ones of
`--pairs`, their tokenizer a WordPiece of 8,000 pieces trained on them, texts cut at 64 tokens.

Both sides see the same batches in the same order: as many sets of pairs as `--sets`, each of one
batch and each a language of its own to isogloss, which then draws one language a step and says in
its metrics which; PyTorch takes them in that order. InfoNCE from queries to passages with
temperature 0.05, AdamW, linear schedule, the same dropout. First, without dropout, the losses of
one step must agree, or the comparison stops.

PyTorch runs as well as it can here: float32, scaled-dot-product attention, texts tokenised
beforehand, fused AdamW, sentence-transformers' model and loss in a plain loop without its
trainer. Neither starting nor the first `--warmup` steps are timed on either side. The two take
turns, `--repeats` times; a ratio above 1 says that isogloss is faster. Repeat on a quiet machine;
where others use it, pairs per second of processor time say more, though threads that wait for one
another count there too.
"""

import argparse
import gzip
import json
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import train_models

# So many that starting, which is taken off, weighs little beside them.
STEPS = {"small": 30, "static": 1000, "xlmr": 20}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--isogloss", required=True, help="the isogloss program")
    parser.add_argument("--pairs", default="data/train/pairs.jsonl.gz")
    parser.add_argument("--shapes", default="small,static")
    parser.add_argument("--batches", default="32,100", help="pairs of a batch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--isogloss-device", help="default: cpu, or auto with --device cuda")
    parser.add_argument("--isogloss-args", default="", help="further options for `train`")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--length", type=int, default=64, help="tokens of a text at most")
    parser.add_argument("--sets", type=int, default=8, help="different batches")
    parser.add_argument("--warmup", type=int, default=5, help="steps that are not timed")
    parser.add_argument("--steps", type=int, help="steps that are; default by shape")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", help="also write the results here")
    parser.add_argument("--keep", help="a folder to leave models and run files in")
    return parser.parse_args()


def read_pairs(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")
    with opened as lines:
        rows = (json.loads(line) for line in lines)
        pairs = {r["query"]: r["passage"] for r in rows if r.get("lang", "en") == "en"}
    # One query a passage: two of one batch would be false negatives.
    unique = {passage: query for query, passage in pairs.items()}
    return [(query, passage) for passage, query in unique.items()]


def language(index):
    return f"b{index:02d}"


class Isogloss:
    """Runs of the program."""

    def __init__(self, args, folder, model, sets):
        self.args, self.folder, self.model, self.batch = args, folder, model, len(sets[0])
        self.pairs = folder / f"pairs-{self.batch}.jsonl"
        with open(self.pairs, "w", encoding="utf-8") as out:
            for index, rows in enumerate(sets):
                for query, passage in rows:
                    row = {"lang": language(index), "query": query, "passage": passage}
                    out.write(json.dumps(row) + "\n")

    def train(self, steps, rate):
        """Returns the seconds at the end of each step, the losses and the languages drawn."""
        run, out = self.folder / "run.toml", self.folder / "out"
        metrics = self.folder / "metrics.jsonl"
        metrics.unlink(missing_ok=True)
        run.write_text(
            f'seed = 1\nout = {json.dumps(str(out))}\n[model]\nbase = {json.dumps(str(self.model))}\n'
            f"[data]\npairs = [{json.dumps(str(self.pairs))}]\n"
            f'[batches]\ncomposition = "mono"\nbatch = {self.batch}\n'
            f'[objective]\nkind = "contrastive"\ntemperature = 0.05\n'
            f"[training]\nsteps = {steps}\nlearning_rate = {rate}\n"
            f"weight_decay = 0.01\nwarmup = 0.1\n",
            encoding="utf-8",
        )
        device = self.args.isogloss_device or ("cpu" if self.args.device == "cpu" else "auto")
        command = [self.args.isogloss, "train", "--config", str(run), "--metrics", str(metrics)]
        command += ["--device", device, *shlex.split(self.args.isogloss_args)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        if done.returncode != 0:
            sys.exit(f"{shlex.join(command)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")
        rows = [json.loads(line) for line in open(metrics, encoding="utf-8")]
        rows = [row for row in rows if row["event"] == "step"]
        drawn = [int(row["kind"].split()[-1][1:]) for row in rows]
        return [row["seconds"] for row in rows], [row["loss"] for row in rows], drawn

    def pairs_per_second(self):
        """Returns them by the clock and by processor time, and the languages drawn."""
        warmup, steps = self.args.warmup, self.args.steps
        # What starting and the first steps cost is the same with no more steps than these.
        self.train(warmup, 1e-4)
        before = self.busy
        seconds, _, drawn = self.train(warmup + steps, 1e-4)
        pairs = self.batch * steps
        return pairs / (seconds[-1] - seconds[warmup - 1]), pairs / (self.busy - before), drawn


class Reference:
    """sentence-transformers on the model."""

    def __init__(self, args, model, sets):
        import torch
        from sentence_transformers import SentenceTransformer

        self.args, self.torch = args, torch
        torch.manual_seed(1)
        if args.device == "cpu":
            torch.set_num_threads(args.threads)
        options = {}
        if (model / "config.json").exists():
            options["model_kwargs"] = {"attn_implementation": "sdpa"}
        self.model = SentenceTransformer(str(model), device=args.device, **options)
        self.sets = [[self.features(side) for side in zip(*rows)] for rows in sets]
        self.batch = len(sets[0])

    def features(self, texts):
        """Tokens of a side of a batch, on the device."""
        if hasattr(self.model, "preprocess"):
            found = self.model.preprocess(list(texts))
        else:
            found = self.model.tokenize(list(texts))
        return {
            key: value.to(self.args.device) if hasattr(value, "to") else value
            for key, value in found.items()
        }

    def tokens(self):
        """Real tokens, and tokens with padding, of all sets."""
        real = padded = 0
        for side in (side for sides in self.sets for side in sides):
            mask = side.get("attention_mask")
            count = len(side["input_ids"]) if mask is None else int(mask.sum())
            real, padded = real + count, padded + (count if mask is None else mask.numel())
        return real, padded

    def steps(self, drawn, rate):
        """Takes a step on each of the sets `drawn`; yields before the first and after each."""
        torch = self.torch
        from sentence_transformers.util import cos_sim

        self.model.train()
        optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=rate, weight_decay=0.01, fused=True
        )
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.01, len(drawn))
        labels = torch.arange(self.batch, device=self.args.device)
        self.losses = []
        yield
        for index in drawn:
            # The model writes into its features.
            sides = [self.model(dict(side))["sentence_embedding"] for side in self.sets[index]]
            loss = torch.nn.functional.cross_entropy(cos_sim(*sides) / 0.05, labels)
            loss.backward()
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            self.losses.append(loss.detach())
            yield

    def pairs_per_second(self, drawn):
        synchronise = self.torch.cuda.synchronize if self.args.device == "cuda" else lambda: None
        for step, _ in enumerate(self.steps(drawn, 1e-4)):
            if step == self.args.warmup:
                synchronise()
                began, busy = time.perf_counter(), time.process_time()
        synchronise()
        pairs = self.batch * self.args.steps
        return pairs / (time.perf_counter() - began), pairs / (time.process_time() - busy)


def compare(args, folder, shape, batch, pairs):
    args = argparse.Namespace(**{**vars(args), "steps": args.steps or STEPS[shape]})
    sets = [pairs[i * batch : (i + 1) * batch] for i in range(args.sets)]
    if len(sets[-1]) < batch:
        sys.exit(f"{args.pairs} has {len(pairs)} pairs; {args.sets} batches of {batch} need more")
    models = {}
    for dropout in {0.0, args.dropout}:
        models[dropout] = folder / f"{shape}-{dropout}"
        if not models[dropout].exists():
            train_models.make(shape, models[dropout], folder / "tokenizer.json", dropout, args.length)

    _, losses, drawn = Isogloss(args, folder, models[0.0], sets).train(1, 1e-4)
    reference = Reference(args, models[0.0], sets)
    for _ in reference.steps(drawn, 1e-4):
        pass
    theirs = float(reference.losses[0])
    if not abs(theirs - losses[0]) <= 1e-3 * max(1.0, theirs):
        sys.exit(f"{shape}: the first loss is {losses[0]} here and {theirs} in PyTorch")

    ours, reference = Isogloss(args, folder, models[args.dropout], sets), None
    rates = {"isogloss": [], "sentence-transformers": []}
    for _ in range(args.repeats):
        *both, drawn = ours.pairs_per_second()
        rates["isogloss"].append(both)
        reference = Reference(args, models[args.dropout], sets)
        rates["sentence-transformers"].append(reference.pairs_per_second(drawn))
    real, padded = reference.tokens()
    by_clock, by_processor = ({k: [x[i] for x in v] for k, v in rates.items()} for i in range(2))
    return {
        "shape": shape,
        "pairs of a batch": batch,
        "tokens of a text": real / (2 * batch * args.sets),
        "share of padding": 1 - real / padded,
        "first loss": [losses[0], theirs],
        **{f"{name}, pairs/s": sorted(values) for name, values in by_clock.items()},
        **ratios("ratio", by_clock),
        **{
            f"{name}, pairs per second of processor time": sorted(values)
            for name, values in by_processor.items()
        },
        **ratios("ratio by processor time", by_processor),
    }


def ratios(name, rates):
    """The ratio of medians, and that of every turn."""
    ours, theirs = rates.values()
    median = statistics.median(ours) / statistics.median(theirs)
    return {name: median, f"{name}, by turn": sorted(a / b for a, b in zip(ours, theirs))}


def show(result):
    for key, value in result.items():
        if isinstance(value, list):
            value = ", ".join(f"{x:.4g}" for x in value)
        elif isinstance(value, float):
            value = f"{value:.3g}"
        print(f"{key}: {value}", flush=True)
    print(flush=True)


def main():
    args = arguments()
    if args.device == "cpu" and hasattr(os, "sched_setaffinity"):
        # Children inherit this, so both sides run on the same cores.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: args.threads])
    # These are read when the libraries start.
    os.environ["OMP_NUM_THREADS"] = os.environ["RAYON_NUM_THREADS"] = str(args.threads)
    for name, value in train_models.QUIET.items():
        os.environ.setdefault(name, value)
    pairs = read_pairs(args.pairs)
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        train_models.tokenizer([text for pair in pairs for text in pair], folder / "tokenizer.json")
        for shape in args.shapes.split(","):
            for batch in map(int, args.batches.split(",")):
                results.append(compare(args, folder, shape, batch, pairs))
                show(results[-1])
    if args.json:
        about = {"environment": train_models.environment(args), "results": results}
        Path(args.json).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
