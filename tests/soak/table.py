"""`python -m tests.soak.table [--sessions 100 --minutes 10 --think 15]`: a class on one server, as a table."""

import argparse
import json

import numpy as np

from tests.soak.soak import LIGHT_S, Plan, Result, soak


def table(result: Result) -> str:
    """Seconds per question in Markdown, the slowest first."""
    rows = ["| question | asked | alone, s | p50, s | p95, s | first, p95, s |", "|---|---|---|---|---|---|"]
    for name, times in sorted(result.times_s.items(), key=lambda item: -np.percentile(item[1], 95)):
        first = f"{np.percentile(result.first_s[name], 95):.2f}" if result.first_s.get(name) else ""
        p50, p95 = np.percentile(times, [50, 95])
        rows.append(f"| {name} | {len(times)} | {result.alone_s[name]:.2f} | {p50:.2f} | {p95:.2f} | {first} |")
    return "\n".join(rows)


def summary(result: Result) -> dict[str, float]:
    """The figures that have a bar."""
    return {
        "answers": sum(map(len, result.times_s.values())),
        "wrong": len(result.wrong),
        "errors": len(result.errors),
        "refused": sum(result.refused.values()),
        "vanished": result.vanished,
        f"p95 of questions of at most {LIGHT_S} s, s": round(result.light_p95_s(), 2),
        "memory at the end, MB": round(result.memory_mb[-1]),
        "memory, last half": round(result.growth(), 4),
    }


def main() -> None:
    """Soak, then print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--think", type=float, default=15, help="mean seconds between two questions of a session")
    parser.add_argument("--variants", type=int, default=4, help="of each question")
    parser.add_argument("--no-training", action="store_true")
    given = parser.parse_args()
    result = soak(Plan(given.sessions, 60 * given.minutes, given.think, given.variants, not given.no_training))
    print(table(result))
    for line in [*result.wrong[:10], *result.errors[:10]]:
        print(line[:600])
    print(json.dumps(summary(result), indent=1))


if __name__ == "__main__":
    main()
