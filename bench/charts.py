"""Bar charts as small SVGs by hand: logarithmic, one bar a server, light and dark by the reader's own choice."""
import math
import os
import statistics

from measurements import MEASUREMENTS
from peers.peer import ROOT

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 760, 250, 90, 14, 14, 46
NAMES = {'floor': 'floor', 'teahouse': 'Teahouse', 'ejabberd': 'ejabberd', 'prosody': 'Prosody'}
STYLE = '''<style>
text { font: 13px system-ui, sans-serif; fill: #222 } .quiet { fill: #667 } .title { font-weight: 600; font-size: 15px }
.grid { stroke: #d5d9e0 } .floor { fill: #9aa3b2 } .teahouse { fill: #0b7a5b } .ejabberd { fill: #c2691c } .prosody { fill: #7a5ac2 } .database { opacity: .45 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e8ec } .quiet { fill: #9aa3b2 } .grid { stroke: #3a404b } .floor { fill: #7d8797 } .teahouse { fill: #35c498 }
  .ejabberd { fill: #f0974a } .prosody { fill: #a78bf0 } }
</style>'''

# file, title, [(measurement, figure's label, what it is called in the chart)]
CHARTS = [
    ('bench-cpu.svg', 'Server CPU, µs (logarithmic)', [
        ('messages', 'CPU', '1:1 message, archived'), ('messages-tls', 'CPU', 'the same, TLS 1.3'),
        ('room-50', 'a delivery', 'room delivery, 50 occupants'), ('room-500', 'a delivery', 'room delivery, 500'),
        ('presence', 'a contact', 'presence, each of 1,000')]),
    ('bench-login.svg', 'A login: server CPU, ms (logarithmic)', [('login', 'CPU', 'TLS 1.3, SCRAM-SHA-256')]),
    ('bench-memory.svg', 'An idle session: resident, KiB (logarithmic)', [
        ('idle', 'resident', 'plain'), ('idle-tls', 'resident', 'TLS 1.3')]),
    ('bench-latency.svg', 'Delivery, p99, ms (logarithmic)', [
        ('messages-rate-200', 'p99', '200 messages a second'), ('messages-rate-10000', 'p99', '10,000 a second'),
        ('flood', 'p99 calm', 'a chat, calm'), ('flood', 'p99 flooded', 'while another floods')]),
]


def bars_of(whole, median, wanted):
    """[(title, [(peer, value, with the database)])] of what was measured."""
    groups = []
    for name, label, title in wanted:
        measurement = next(m for m in MEASUREMENTS if m.name == name)
        figure = next(f for f in measurement.figures if f.label == label)
        bars = []
        for peer in NAMES:
            results = whole['results'].get(name, {}).get(peer, [])
            value = median(figure, results)
            if not value:
                continue
            database = [v for v in map(figure.database_value, results) if v is not None]
            bars.append((peer, value, value + (statistics.median(database) if database else 0)))
        if bars:
            groups.append((title, bars))
    return groups


def number(value):
    return f'{value:,.0f}' if value >= 100 else f'{value:.1f}' if value >= 10 else f'{value:.2f}'


def draw(title, groups):
    """The SVG's text."""
    values = [v for _, bars in groups for _, *both in bars for v in both]
    low, high = math.floor(math.log10(min(values) * 0.999)), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    width = WIDTH - LEFT - RIGHT

    def x(value):
        return LEFT + width * (math.log10(max(value, 10 ** low)) - low) / (high - low)

    height = TOP + sum(len(bars) * (BAR + 4) + GAP for _, bars in groups) + 26
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
             f'aria-label="{title}">', STYLE, f'<text class="title" x="8" y="22">{title}</text>']
    for power in range(low, high + 1):
        parts.append(f'<line class="grid" x1="{x(10 ** power):.0f}" x2="{x(10 ** power):.0f}" y1="{TOP - 8}" y2="{height - 24}"/>')
        parts.append(f'<text class="quiet" x="{x(10 ** power):.0f}" y="{height - 8}" text-anchor="middle">{10 ** power:,g}</text>')
    y = TOP
    for name, bars in groups:
        parts.append(f'<text x="8" y="{y + BAR - 2}">{name}</text>')
        for peer, value, both in bars:
            shown = number(value) + (f' + {number(both - value)}' if both > value * 1.001 else '')
            if both > value * 1.001:
                parts.append(f'<rect class="{peer} database" x="{LEFT}" y="{y}" width="{x(both) - LEFT:.1f}" height="{BAR}"/>')
            parts.append(f'<rect class="{peer}" x="{LEFT}" y="{y}" width="{x(value) - LEFT:.1f}" height="{BAR}"/>')
            parts.append(f'<text class="quiet" x="{LEFT - 6}" y="{y + BAR - 2}" text-anchor="end">{NAMES[peer]}</text>')
            parts.append(f'<text x="{x(both) + 5:.1f}" y="{y + BAR - 2}">{shown}</text>')
            y += BAR + 4
        y += GAP
    return '\n'.join(parts + ['</svg>']) + '\n'


def write(whole, median):
    """Writes those that have figures; gives their names and titles."""
    written = []
    for name, title, wanted in CHARTS:
        groups = bars_of(whole, median, wanted)
        if groups:
            with open(os.path.join(ROOT, 'docs/images', name), 'w', encoding='utf-8') as file:
                file.write(draw(title, groups))
            written.append((name, title))
    return written
