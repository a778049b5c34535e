#!/usr/bin/env python3
"""Writes what `cargo bench --bench questions` left behind into docs/benchmarks.md, between its two marks.

Run from the root of the project; needs nothing beyond Python. Times are criterion's medians."""
import json
import os
import pathlib

TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
PAGE = pathlib.Path("docs/benchmarks.md")
BEGIN, END = "<!-- questions: begin -->", "<!-- questions: end -->"
QUESTIONS = {
    "exact_against_approximate_orbits": "Exact or approximate orbits?",
    "cost_of_a_verdict_against_group_order": "What does a verdict cost as the group grows?",
    "memory_against_orbit_size": "How much memory does an orbit take?",
}
TABLES = {
    "exact_against_approximate_orbits": (
        "orbit_size_against_tolerance",
        "Orbit sizes: of the clean image exactly, of the noisy one at a tolerance. The truth is 4.",
    ),
    "memory_against_orbit_size": ("memory_against_orbit_size", "Points, order and index, spare capacity included."),
}


def duration(nanoseconds):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def times(question):
    """(function, parameter, median in ns), in the order of the parameter."""
    found = []
    for path in (TARGET / "criterion" / question).glob("**/new/benchmark.json"):
        about = json.loads(path.read_text())
        median = json.loads((path.parent / "estimates.json").read_text())["median"]["point_estimate"]
        found.append((about["function_id"], about["value_str"], median))
    return sorted(found, key=lambda row: (int(row[1]), row[0]))


def section(question, title):
    parts = [f"### {title} (`{question}`)"]
    rows = [(name, value, duration(median)) for name, value, median in times(question)]
    what = "points" if question.startswith("memory") else "order of the group"
    parts.append(table(["what", what, "median"], rows))
    if question in TABLES:
        name, caption = TABLES[question]
        lines = (TARGET / "tmp" / f"{name}.tsv").read_text().splitlines()
        head, *rows = [line.split("\t") for line in lines]
        parts += [caption, table(head, rows)]
    return "\n\n".join(parts)


def main():
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    sections = "\n\n".join(section(*question) for question in QUESTIONS.items())
    text = f"{before}{BEGIN}\n\n{sections}\n\n{END}{after}"
    draft = PAGE.with_suffix(".tmp")
    draft.write_text(text)
    draft.replace(PAGE)


main()
