"""figures.py: from samples to a table: medians and spread, ratios beside their aims, and two tables side by side."""
# SPDX-License-Identifier: GPL-3.0-or-later
import statistics

COLUMNS = ("ours", "minimal", "plain")


def summary(samples):
    ordered = sorted(samples)
    quarters = statistics.quantiles(ordered, n=4, method="inclusive") if len(ordered) > 1 else ordered * 3
    return {"median": statistics.median(ordered), "low": quarters[0], "high": quarters[2], "least": ordered[0],
            "count": len(ordered)}


class Row:
    """One line of the table. `beside` names the column that the aim compares with; None: the aim is absolute."""

    def __init__(self, name, what, unit, aim, beside, note="", better="less", limit_of="median"):
        self.name, self.what, self.unit, self.aim, self.beside = name, what, unit, aim, beside
        self.note, self.better, self.limit_of = note, better, limit_of
        self.samples = {}

    def add(self, column, value):
        self.samples.setdefault(column, []).append(value)

    def figures(self):
        found = {column: summary(self.samples[column]) for column in COLUMNS if self.samples.get(column)}
        ratio = least = None
        if self.beside and self.beside in found and found[self.beside]["median"]:
            ratio = found["ours"]["median"] / found[self.beside]["median"]
            least = found["ours"]["least"] / found[self.beside]["least"] if found[self.beside]["least"] else None
        compared = ratio if self.beside else found["ours"]["median"]
        met = None if self.aim is None or compared is None else (
            compared <= self.aim if self.better == "less" else compared >= self.aim)
        return {"name": self.name, "what": self.what, "unit": self.unit, "columns": found, "beside": self.beside,
                "ratio": ratio, "ratio_of_least": least, "aim": self.aim, "better": self.better, "met": met,
                "note": self.note}


def number(value):
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(column):
    if column is None:
        return "–"
    if column["count"] == 1:
        return number(column["median"])
    return f"{number(column['median'])} [{number(column['low'])}–{number(column['high'])}]"


def aim_text(row):
    if row["aim"] is None:
        return ""
    sign = "≤" if row["better"] == "less" else "≥"
    if row["beside"]:
        return f"{sign} {row['aim']:g} × {row['beside']}"
    return f"{sign} {number(row['aim'])}"


def table(rows):
    lines = [("", "what", "unit", "ours", "minimal", "plain", "ratio", "least", "aim", "")]
    for row in rows:
        columns = row["columns"]
        verdict = {True: "met", False: "MISSED", None: ""}[row["met"]]
        lines.append((row["name"], row["what"], row["unit"], *(spread(columns.get(name)) for name in COLUMNS),
                      number(row["ratio"]) if row["ratio"] else "", number(row["ratio_of_least"])
                      if row["ratio_of_least"] else "", aim_text(row), verdict))
    return aligned(lines)


def aligned(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    out = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    out.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(out)


def moves(now, before):
    """(row, unit, before, now) of every row that stands in both. Only ratios where there is one: two runs never had the same
    machine."""
    old = {(row["name"], row["what"]): row for row in before["rows"]}
    for row in now["rows"]:
        other = old.get((row["name"], row["what"]))
        if other and row["ratio"] and other["ratio"]:
            yield row, f"× {row['beside']}", other["ratio"], row["ratio"]
        elif other:
            yield row, row["unit"], *(one["columns"]["ours"]["median"] for one in (other, row))


def comparison(now, before):
    """What moved."""
    lines = [("", "what", "before", "now", "change")]
    for row, unit, was, is_now in moves(now, before):
        lines.append((row["name"], row["what"], f"{number(was)} {unit}", f"{number(is_now)} {unit}",
                      f"{(is_now / was - 1) * 100:+.0f} %" if was else ""))
    return aligned(lines)
