"""The pictures of docs/, as SVG made from the text that they show: the layers from the table in docs/architecture.md, the ways of a stanza from
the enums of phases in src/server/hooks.h. Light and dark by the reader's own choice."""
import re
import textwrap
from xml.sax.saxutils import escape

STYLE = '''<style>
text { font: 13px system-ui, sans-serif; fill: #222 } .quiet { fill: #556; font-size: 12px } .name { font-weight: 600 } .title { font-weight: 600; font-size: 15px }
.box { fill: #eef6f2; stroke: #0b7a5b } .line { stroke: #0b7a5b; fill: none; stroke-width: 1.5 } .head { fill: #0b7a5b }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e8ec } .quiet { fill: #a9b2c0 } .box { fill: #16302a; stroke: #35c498 } .line { stroke: #35c498 } .head { fill: #35c498 } }
</style>'''
WIDTH, MARGIN = 860, 12


def svg(height, title, parts):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title">'
            f'<title id="title">{escape(title)}</title>')
    return '\n'.join([head, STYLE, *parts, '</svg>']) + '\n'


def box(x, y, width, height):
    return f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'


def text(x, y, words, kind='', anchor='start'):
    named = f' class="{kind}"' if kind else ''
    return f'<text{named} x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def arrow(x, y, to_x, to_y):
    """From left to right, or from top to bottom."""
    down = to_y > y
    tip = f'{to_x - 4},{to_y - 7} {to_x + 4},{to_y - 7}' if down else f'{to_x - 7},{to_y - 4} {to_x - 7},{to_y + 4}'
    return f'<path class="line" d="M{x} {y}L{to_x} {to_y}"/><polygon class="head" points="{to_x},{to_y} {tip}"/>'


def layers_of(page):
    """[([folder], what is in them)], from the top down."""
    rows = re.findall(r'^\| (`[^|]*`) \| ([^|]*) \|$', page, re.M)
    return [(re.findall(r'`([^`]+)`', names), words) for names, words in rows]


def draw_layers(page):
    height, gap, left = 52, 14, 330
    parts, y = [], MARGIN
    layers = layers_of(page)
    for number, (names, words) in enumerate(layers):
        width = (left - MARGIN - 8 * (len(names) - 1)) / len(names)
        for place, name in enumerate(names):
            x = MARGIN + place * (width + 8)
            parts += [box(round(x, 1), y, round(width, 1), height - gap), text(round(x + width / 2, 1), y + 24, name, 'name', 'middle')]
        lines = textwrap.wrap(words.replace('`', ''), 78)[:2]
        top = y + (24 if len(lines) == 1 else 16)
        parts += [text(left + 24, top + 16 * place, line, 'quiet') for place, line in enumerate(lines)]
        if number + 1 < len(layers):
            parts.append(arrow(MARGIN + (left - MARGIN) / 2, y + height - gap, MARGIN + (left - MARGIN) / 2, y + height))
        y += height
    return svg(y, 'The layers of src: an include points only down', parts)


def pipelines_of(header):
    """[(name, [(phase, what it does)])] of each enum class ...Phase."""
    found = []
    for name, body in re.findall(r'enum class (\w*Phase) : uint8_t \{\n(.*?)\n\};', header, re.S):
        phases = []
        for line in body.splitlines():
            phase = re.match(r'\s*(\w+),?\s*(?://\s*(.*))?$', line)
            more = re.match(r'\s*//\s*(.*)$', line)
            if phase:
                phases.append((phase[1], phase[2] or ''))
            elif more and phases:
                phases[-1] = (phases[-1][0], phases[-1][1] + ' ' + more[1])
        found.append((name, phases))
    return found


def draw_pipelines(header):
    columns = 4
    width = (WIDTH - 2 * MARGIN - 22 * (columns - 1)) / columns
    parts, y = [], MARGIN
    for name, phases in pipelines_of(header):
        parts.append(text(MARGIN, y + 14, name, 'title'))
        y += 26
        for place, (phase, words) in enumerate(phases):
            x = round(MARGIN + place % columns * (width + 22), 1)
            if place and place % columns == 0:
                y += 108
            parts += [box(x, y, round(width, 1), 96), text(x + 10, y + 20, phase, 'name')]
            parts += [text(x + 10, y + 38 + 15 * line, part, 'quiet') for line, part in enumerate(textwrap.wrap(words, 27)[:4])]
            if place % columns < columns - 1 and place + 1 < len(phases):
                parts.append(arrow(round(x + width, 1), y + 48, round(x + width + 22, 1), y + 48))
        y += 122
    return svg(y, 'The phases of a stanza, in their order', parts)


def diagrams(root):
    """{path: text} of all of them."""
    return {'docs/images/layers.svg': draw_layers((root / 'docs/architecture.md').read_text(encoding='utf-8')),
            'docs/images/pipelines.svg': draw_pipelines((root / 'src/server/hooks.h').read_text(encoding='utf-8'))}
