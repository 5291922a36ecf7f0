"""Reads C++ sources as the checks of tools/ need them: code without comments and strings, includes, functions."""
import hashlib
import os
import re

_TOKEN = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])(?:u8|[uUL])?'(?:\\.|[^'\\\n])+'",
    re.DOTALL)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def _blank(text):
    return ''.join(c if c == '\n' else ' ' for c in text)


def code_only(text):
    """The text with comments and the insides of literals blanked; every line and column stays where it was."""
    def replace(match):
        token = match.group()
        if token.startswith(('//', '/*')):
            return _blank(token)
        quote = '"' if token.endswith('"') else "'"
        return quote + _blank(token[1:-1]) + quote
    return _TOKEN.sub(replace, text)


def comments_only(text):
    """The text with everything but comments blanked."""
    out, end = [], 0
    for match in _TOKEN.finditer(text):
        out.append(_blank(text[end:match.start()]))
        token = match.group()
        out.append(token if token.startswith(('//', '/*')) else _blank(token))
        end = match.end()
    out.append(_blank(text[end:]))
    return ''.join(out)


def includes(text):
    """[(line number, name, is_quoted)]"""
    return [(text.count('\n', 0, m.start()) + 1, m.group(1) or m.group(2), m.group(1) is not None)
            for m in _INCLUDE.finditer(text)]


_CONTAINER = re.compile(r'(?:^|[\s>])(?:namespace|class|struct|union|enum|extern)\b'
                        r'(?!.*\)\s*(?:const|noexcept|override|final|\s)*$)', re.DOTALL)
_DIRECTIVE = re.compile(r'^[ \t]*#(?:[^\n\\]|\\.|\\\n)*', re.MULTILINE)
_BRACES = re.compile(r'[{}]')
_MARKS = re.compile(r'[{};]')
_NAME = re.compile(r'((?:[A-Za-z_~]\w*::)*(?:operator\s*[^\s\w(]+|operator\s+\w+|~?[A-Za-z_]\w*))\s*\(')


def functions(text):
    """[(name, first line, last line)] of the functions with a body, by counting braces.

    A lambda belongs to its function. It trusts clang-format's spacing: a function's brace stands after a space, a brace
    right after a word initializes.
    """
    code = _DIRECTIVE.sub(lambda m: _blank(m.group()), code_only(text))
    found, head_start, i = [], 0, 0

    def depth_end(start):
        depth = 0
        for match in _BRACES.finditer(code, start):
            depth += 1 if match.group() == '{' else -1
            if depth == 0:
                return match.start()
        return len(code) - 1

    while match := _MARKS.search(code, i):
        i = match.end()
        if match.group() != '{':
            head_start = i
        else:
            head = code[head_start:match.start()]
            head = re.sub(r'\b(?:public|private|protected)\s*:', lambda m: _blank(m.group()), head)
            before = head.rstrip()
            attached = bool(head) and not head[-1].isspace()
            if _CONTAINER.search(before) and not before.endswith('='):
                head_start = i
            elif '(' not in before or before.endswith('=') or (attached and before[-1] not in ')'):
                i = depth_end(match.start()) + 1  # an initializer: the head goes on after it
            else:
                end = depth_end(match.start())
                start = head_start + len(head) - len(head.lstrip())
                first = code.count('\n', 0, start) + 1
                name = _NAME.search(before)
                found.append((name.group(1) if name else '?', first, code.count('\n', 0, end) + 1))
                i = head_start = end + 1
    return found


class Tree:
    """A checkout's C++ files, read once, with what each includes of ours."""

    def __init__(self, root):
        self.root = root
        self._texts = {}
        self._ours = {}

    def text(self, path):
        if path not in self._texts:
            with open(os.path.join(self.root, path), encoding='utf-8', errors='replace', newline='') as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def exists(self, path):
        return os.path.isfile(os.path.join(self.root, path))

    def resolve(self, path, name):
        """The file of ours that `path` means by including `name`, or None."""
        for base in ('src', os.path.dirname(path), ''):
            candidate = os.path.normpath(os.path.join(base, name))
            if self.exists(candidate):
                return candidate
        return None

    def ours(self, path):
        """The files of ours that `path` itself includes."""
        if path not in self._ours:
            targets = [self.resolve(path, name) for _, name, quoted in includes(self.text(path)) if quoted]
            self._ours[path] = {t for t in targets if t}
        return self._ours[path]

    def closure(self, path):
        """The file and every file of ours that it includes, directly or not."""
        seen, todo = set(), [path]
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            todo += self.ours(current)
        return seen

    def closure_hash(self, path, *salt):
        digest = hashlib.sha256('\0'.join(salt).encode())
        for name in sorted(self.closure(path)):
            digest.update(name.encode() + b'\0' + self.text(name).encode() + b'\0')
        return digest.hexdigest()


class Remembered:
    """Hashes of what was found clean, in a file of the build folder, so that it is not checked twice."""

    def __init__(self, path):
        self.path = path
        self._old = set()
        self._now = set()
        if os.path.isfile(path):
            with open(path, encoding='ascii') as file:
                self._old = set(file.read().split())

    def knows(self, digest):
        if digest in self._old:
            self._now.add(digest)
            return True
        return False

    def add(self, digest):
        self._now.add(digest)

    def save(self, keep_old):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path + '.new', 'w', encoding='ascii') as file:
            file.write('\n'.join(sorted(self._now | (self._old if keep_old else set()))))
        os.replace(self.path + '.new', self.path)
