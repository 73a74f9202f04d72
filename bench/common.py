"""What the benches share: time and processor time, the processor's name, results on the terminal."""

import platform
import resource
import time


def measured(action):
    """Runs `action`; returns its seconds, the processor time it and its children took, its result."""

    def used():
        both = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(u.ru_utime + u.ru_stime for u in both)

    before, start = used(), time.perf_counter()
    result = action()
    return time.perf_counter() - start, used() - before, result


def processor_name():
    try:
        for line in open("/proc/cpuinfo", encoding="utf-8"):
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def show(result, indent=0):
    for key, value in result.items():
        pad = "  " * indent
        if isinstance(value, dict):
            print(f"{pad}{key}")
            show(value, indent + 1)
            continue
        if isinstance(value, float):
            value = f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
        elif isinstance(value, list):
            value = ", ".join(f"{v:.4g}" for v in value)
        print(f"{pad}{key}: {value}")
