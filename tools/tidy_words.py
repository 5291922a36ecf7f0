"""The rules of tools/tidy on words: comments are plain English, and pages name only what is there."""
import re

import cpp_source

# A sentence, or a part of one behind a colon or semicolon, that begins so; and the same as an object.
BARE = re.compile(r'(?:^|(?<=[.:;?!] )|(?<=\) ))(?:Who|Whoever|What|Whatever) [^.?!;:]*([.?!;:]|$)')
OBJECT = re.compile(r'\b(?:for|by|to|from|of|with|than|but|only) who\b|\bwhoever\b', re.IGNORECASE)
PAGE_NAMES = re.compile(r'`([A-Za-z_][A-Za-z0-9_:/.-]*)`')


def comments(text):
    """(line, text) of each comment, the lines of a block joined."""
    block, first = [], 0
    whole = text.split('\n')
    for number, line in enumerate(cpp_source.comments_only(text).split('\n'), 1):
        comment = re.match(r'\s*//+ ?(.*)$', line)
        if comment and not whole[number - 1].lstrip().startswith('//'):  # behind code
            yield number, comment[1]
            comment = None
        if comment:
            first = first if block else number
            block.append(comment[1])
        elif block:
            yield first, ' '.join(filter(None, block))
            block = []
    if block:
        yield first, ' '.join(filter(None, block))


def bare_subjects(text):
    found = [match[0] for match in BARE.finditer(text) if match[1] != '?']
    return found + [match[0] for match in OBJECT.finditer(text)]


def plain_prose(house):
    breaches = []
    for path in house.cpp:
        for line, text in comments(house.text(path)):
            breaches += [f'{path}:{line}: "{words[:40]}": name the subject (no bare who, what, whoever)' for words in bare_subjects(text)]
    return breaches


def is_there(house, name, code):
    if re.fullmatch(r'[\w/.-]+\.(?:h|cc|py|ts|md|toml|json)', name):
        return any(path == name or path.endswith('/' + name) for path in house.files)
    return re.search(r'\b' + re.escape(name.split('::')[-1]) + r'\b', code) is not None


def names_exist(house):
    """Names of files and of types in the pages about the code."""
    code = '\n'.join(house.code(path) for path in house.cpp if path.startswith('src/'))
    breaches = []
    for page in house.files:
        is_readme = page.startswith('src/') and page.endswith('README.md')
        if not is_readme and page != 'docs/glossary.md':
            continue
        for number, line in enumerate(house.text(page).split('\n'), 1):
            names = [name for name in PAGE_NAMES.findall(line) if re.match(r'[A-Z]\w*[a-z]|.*\.(?:h|cc)$|.*::', name)]
            if not is_readme:
                names += re.findall(r'^- \*\*([A-Z]\w+)\*\*:', line)
            breaches += [f'{page}:{number}: {name} is nowhere in src/' for name in names if not is_there(house, name, code)]
    return breaches


RULES = [('plain-prose', plain_prose), ('names-exist', names_exist)]
