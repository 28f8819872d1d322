#!/usr/bin/env python3
"""Draws what requests cost as data and spaces grow, from results of the harness.

    plot.py RESULTS.jsonl FOLDER

Writes FOLDER/growth.svg (the same requests on one and ten times the risks, level records and incidents) and FOLDER/spaces.svg
(the same requests by callers of 1 to 5,000 partnerships), and prints the tables behind them.
"""
import collections, json, math, pathlib, statistics, sys

GROWTH = {"safepact-some": 1, "safepact-some-x10": 10}
SPACES = {"safepact-one": 1, "safepact-user19": 10, "safepact-some": 250, "safepact-all": 5000}
COLOURS = {"Q1": "#1b6ca8", "Q2": "#c05a1c", "Q3": "#2b8a5b", "Q4": "#8a4fa3", "M1": "#b23a48"}
LEFT, TOP, WIDTH, HEIGHT, LABEL = 70, 30, 520, 300, 13


def costs(path):
    """CPU milliseconds of server and database a request, by peer and item: the median of the rounds."""
    found = collections.defaultdict(list)
    for line in open(path):
        row = json.loads(line)
        if row["kind"] == "http" and row["conc"] > 1 and not row["errors"]:
            found[row["peer"], row["item"]].append(row["server_ms"] + row["pg_ms"])
    return {key: statistics.median(values) for key, values in found.items()}


def drawing(title, across, up, lines):
    """Both axes logarithmic. `lines`: name to points."""
    points = [point for line in lines.values() for point in line]
    lowest, highest = (f(y for _, y in points) for f in (min, max))
    floor, ceiling = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    ceiling = max(ceiling, floor + 1)
    first, last = (math.log10(f(x for x, _ in points)) for f in (min, max))
    x = lambda value: LEFT + WIDTH * (math.log10(value) - first) / (last - first)
    y = lambda value: TOP + HEIGHT * (ceiling - math.log10(value)) / (ceiling - floor)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 400" font-family="sans-serif" font-size="12" role="img">',
           f"<title>{title}</title>", '<rect width="700" height="400" fill="#fff"/>',
           f'<text x="{LEFT}" y="18" font-size="14">{title}</text>',
           f'<text x="{LEFT + WIDTH / 2}" y="{TOP + HEIGHT + 40}" text-anchor="middle">{across}</text>',
           f'<text transform="translate(18 {TOP + HEIGHT / 2}) rotate(-90)" text-anchor="middle">{up}</text>']
    for power in range(floor, ceiling + 1):
        at = y(10**power)
        out.append(f'<line x1="{LEFT}" y1="{at:.1f}" x2="{LEFT + WIDTH}" y2="{at:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10**power:g}</text>')
    for value in sorted({x for x, _ in points}):
        out.append(f'<text x="{x(value):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{value:,}</text>')
    names, above = {}, -LABEL
    for name, line in sorted(lines.items(), key=lambda item: -item[1][-1][1]):
        # One name below the other, where lines end side by side.
        names[name] = above = max(y(line[-1][1]), above + LABEL)
    for name, line in lines.items():
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in line)
        colour = COLOURS[name]
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3" fill="{colour}"/>' for a, b in line]
        out.append(f'<text x="{x(line[-1][0]) + 8:.1f}" y="{names[name] + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join(out + ["</svg>", ""])


def table(peers, items, found):
    print("| | " + " | ".join(f"{size:,}" for size in peers.values()) + " |")
    for item in items:
        print(f"| {item} | " + " | ".join(f"{found[peer, item]:.2f}" for peer in peers) + " |")


def main():
    found, folder = costs(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name, title, across, peers, items in (
        ("growth", "CPU of server and database as data grows", "times 200,000 risks, 600,000 level records, 300,000 incidents", GROWTH, COLOURS),
        # What asks for a page gets less where there is less: only requests for the same are compared.
        ("spaces", "CPU of server and database as a caller sees more", "partnerships in which the caller stands", SPACES, ["Q1", "M1"]),
    ):
        if all((peer, item) in found for peer in peers for item in items):
            lines = {item: [(size, found[peer, item]) for peer, size in peers.items()] for item in items}
            (folder / f"{name}.svg").write_text(drawing(title, across, "milliseconds a request", lines))
            table(peers, items, found)


main()
