"""Shares of a profile by kind of work, and its stacks with names short enough to read.

    perf record -F 199 --call-graph dwarf,16384 -o perf.data -- isogloss train --config run.toml --device cpu
    perf script -i perf.data --no-inline | inferno-collapse-perf > stacks.txt
    python bench/flame.py stacks.txt > short.txt
    inferno-flamegraph --title "A training step" --countname ms --minwidth 0.4 short.txt > flame.svg

Shares go to standard error. Starting, tokenising and writing the model are left out.
"""

import re
import sys
from collections import Counter

STARTING = "tokenise|tokenizers|read_data|sha2|Run::prepare|Run::begin|Run::files|serde_json|safetensors|Encoder::open|execve|ld-linux|run_exit_handlers"
MACHINERY = r"^\[unknown\]$|rayon|std::panic|catch_unwind|__rust_|lang_start|clone3|start_thread|thread_start|call_once|call_mut|libc_start|_start$|burn_dispatch|burn_backend::|LocalKey"
KINDS = {
    "matrix products": "microkernel",
    "packing for them": "vectorize::imp_fastcall",
    "fresh pages": "clear_page|exc_page|page fault|handle_mm|unmap_page|folio|_mi_|mmap|munmap|charge",
    "drawing dropout's masks": "random|chacha|sampler",
    "erf and exp of the C library": "erff|expf",
    "copying and filling": "memmove|memset|memcpy|copy_2d|copy_inner|spec_from_iter|into_contig",
    "other loops of Burn's": "burn_flex|macerator|zip_",
    "loops of our own": "encoder::host|column_sums|activation|norming",
}


def short(name):
    """The crate and the last two parts of a function's name, without types."""
    name = re.sub(r"<impl [^<>]*(?:<[^<>]*>)?[^<>]* for ([^<>]+(?:<[^<>]*>)?)>", r"\1", name)
    name = re.sub(r"^<(.+) as .+?>::", r"\1::", name)
    while re.search("<[^<>]*>", name):
        name = re.sub("<[^<>]*>", "", name)
    parts = [p for p in name.split("::") if p and p != "{{closure}}"]
    if "microkernel" in parts:
        return "gemm::kernel"
    parts = [parts[0].removeprefix("isogloss_"), *parts[max(1, len(parts) - 2) :]] if parts else [name]
    return "::".join(parts)


def main():
    kinds, stacks = Counter(), Counter()
    for line in open(sys.argv[1], encoding="utf-8"):
        stack, weight = line.rsplit(" ", 1)
        if re.search(STARTING, stack):
            continue
        frames = stack.split(";")[1:]
        kind = next((k for k, p in KINDS.items() if re.search(p, frames[-1])), "all else")
        kinds[kind] += int(weight)
        shown = []
        for frame in frames:
            if frame.startswith("asm_"):
                shown.append("page fault" if "page_fault" in frame else "kernel")
                break
            if re.search(MACHINERY, frame):
                continue
            if not shown or shown[-1] != short(frame):
                shown.append(short(frame))
        stacks[";".join(shown or ["threads"])] += int(weight)
    total = sum(kinds.values())
    for kind, weight in kinds.most_common():
        print(f"{kind:30} {100 * weight / total:5.1f} %  {weight / 1e9:6.2f} s", file=sys.stderr)
    for stack, weight in sorted(stacks.items()):
        if weight >= 1_000_000:
            print(stack, weight // 1_000_000)


if __name__ == "__main__":
    main()
