#!/usr/bin/python3
"""Tests of tools/tidy: breaches planted in a small tree are found, and what is right is left alone. Prints TAP."""
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import cpp_source  # noqa: E402
import tidy_headers  # noqa: E402
import tidy_rules  # noqa: E402
import tidy_words  # noqa: E402

STYLE = '# Style\n- An include points only down: base · xml net store ·\n  server · modules · app. More.\n'
CLEAN = {
    'STYLE.md': STYLE,
    'src/base/README.md': '# base\n\nLeaves.\n',
    'src/base/thing.h': '// Thing.\n#pragma once\n\n#include <string>\n\ninline std::string thing() { return "x"; }\n',
    'src/xml/README.md': '# xml\n\nMay include: base.\n',
    'src/xml/parser.cc': '#include "base/thing.h"\n\nint parse(int a) { return a; }\n',
    'src/net/README.md': '# net\n\nMay include: base, and xml\nfor its tests.\n',
    'src/net/loop.h': '#pragma once\n\n#include "base/thing.h"\n',
    'src/store/README.md': '# store\n\nPlanes.\n',
    'src/store/data_plane.h': '#pragma once\n',
    'src/server/README.md': '# server\n\nThe heart.\n',
    'src/server/home.h': '#pragma once\n#include "store/data_plane.h"\n',
    'src/server/router.cc': '#include "xml/../net/loop.h"\n',
    'src/modules/README.md': '# modules\n\nFeatures.\n',
    'src/modules/muc/README.md': '# muc\n\nRooms.\n\nMay include: server, modules/archive.\n',
    'src/modules/muc/room.h': '#pragma once\n#include "modules/archive/page.h"\n',
    'src/modules/archive/README.md': '# archive\n\nHistory.\n',
    'src/modules/archive/page.h': '#pragma once\n',
}
# rule, file, text, what the breach says
BREACHES = [
    ('layers', 'src/base/up.cc', '#include "xml/parser.cc"\n', 'base includes xml, which stands above it'),
    ('layers', 'src/xml/side.cc', '#include "net/loop.h"\n', 'xml includes net of its own level'),
    ('layers', 'src/modules/archive/side.cc', '#include "modules/muc/room.h"\n', 'archive includes modules/muc'),
    ('layers', 'src/odd/thing.cc', '\n', 'not in the layer table'),
    ('layers', 'src/base/lost.cc', '#include "base/gone.h"\n', 'is no file under src/'),
    ('module-scope', 'src/modules/archive/grasp.cc', '#include "server/home.h"\n', 'reaches server/home.h'),
    ('module-scope', 'src/modules/archive/read.cc', '#include "store/data_plane.h"\n', 'reaches store/data_plane.h'),
    ('module-scope', 'src/app/server.cc', '#include "modules/muc/room.h"\n', 'app/modules.cc alone names modules'),
    ('file-sizes', 'src/base/long.cc', 'int a;\n' * 800, '800 lines'),
    ('function-sizes', 'src/base/f.cc', 'namespace a {\nint B::f(int x) {\n' + '  x;\n' * 69 + '}\n}\n', 'f() has 71'),
    ('line-lengths', 'src/base/wide.cc', '// ' + 'x' * 118 + '\n', '121 columns'),
    ('line-lengths', 'script/wide', '# ' + 'x' * 199 + '\n', '201 columns'),
    ('banned-calls', 'src/base/b1.cc', 'void f(char* a) { strcpy(a, "b"); }\n', 'strcpy'),
    ('banned-calls', 'src/base/b2.cc', 'int f() { return rand(); }\n', 'rand'),
    ('banned-calls', 'src/base/b3.cc', 'std::regex r("a");\n', 'std::regex'),
    ('banned-calls', 'src/base/b4_test.cc', 'void f() { std::this_thread::sleep_for(1s); }\n', 'sleep_for'),
    ('banned-calls', 'src/base/b5.cc', 'void f() { std::cout << 1; }\n', 'std::cout'),
    ('banned-calls', 'src/base/b6.cc', 'using namespace std;\n', 'using namespace std'),
    ('banned-calls', 'src/base/b7.cc', 'auto* p = new Thing();\n', 'new T'),
    ('banned-calls', 'src/base/b8.cc', 'void f(int* p) { delete p; }\n', 'delete p'),
    ('banned-calls', 'src/base/b9.cc', 'void f(int* p) { delete[] p; }\n', 'delete[] p'),
    ('banned-calls', 'src/base/b10.cc', 'void f() { ::sleep(1); }\n', 'sleep'),
    ('banned-calls', 'src/server/h1.cc', 'void f() { Home* there = find(); }\n', 'keep its Place'),
    ('banned-calls', 'src/server/h2.cc', 'void f(std::function<void(Home& there)> work);\n', 'send a parcel'),
    ('banned-calls', 'tests/scenarios/nap.py', 'time.sleep(1)\n', 'time.sleep'),
    ('banned-calls', 'tests/faults/nap.py', 'await asyncio.sleep(1)\n', 'asyncio.sleep'),
    ('banned-calls', 'tests/service/nap.py', 'from asyncio import gather, sleep\n', 'poll it'),
    ('naked-todos', 'src/base/todo.cc', '// TO' 'DO: later\n', 'TO' 'DO'),
    ('naked-todos', 'tests/x.py', '# FIX' 'ME\n', 'FIX' 'ME'),
    ('heavy-headers', 'src/net/loop.h', '#pragma once\n#include <openssl/ssl.h>\n', 'src/server/router.cc gets it too'),
    ('pragma-once', 'src/base/bare.h', 'int f();\n', 'no #pragma once'),
    ('test-namespaces', 'src/base/n_test.cc', 'namespace teahouse {\nnamespace {\n}\n}\n', 'teahouse::n_test'),
    ('file-names', 'src/base/MyThing.cc', '\n', 'snake_case'),
    ('readmes', 'src/app/main.cc', 'int main() {}\n', 'missing'),
    ('readmes', 'src/modules/roster/item.h', '#pragma once\n', 'src/modules/roster/README.md'),
    ('readmes', 'src/base/README.md', 'line\n' * 16, '16 lines'),
    ('white-space', 'src/base/cr.cc', 'int a;\r\n', 'carriage return'),
    ('white-space', 'docs/page.md', 'text \nmore\n', 'white space at the end of the line'),
    ('white-space', 'src/base/cut.cc', 'int a;', 'no newline'),
    ('lock-files', 'web/package-lock.json', '{"resolved": "https://mirror.example/x.tgz"}\n', 'mirror.example'),
    ('lock-files', 'web/package-lock.json', '{"packages": {"a": {"engines": {"node": ">=20"}}}}\n', 'wants Node.js'),
    ('plain-prose', 'src/base/p1.cc', '// It waits. Who comes late\n// is refused.\n', 'name the subject'),
    ('plain-prose', 'src/base/p2.cc', 'int a;  // one seat, for whoever asks\n', 'name the subject'),
    ('plain-prose', 'src/base/p3.cc', '// A list: what is new. What is old goes.\n', 'name the subject'),
    ('names-exist', 'src/base/README.md', '# base\n\n- `Gone`: left long ago\n', 'Gone is nowhere'),
    ('names-exist', 'src/base/README.md', '# base\n\nSee gone.h, `gone.h`.\n', 'gone.h is nowhere'),
    ('names-exist', 'docs/glossary.md', '- **Gone**: a type that left.\n', 'Gone is nowhere'),
    ('headers-compile', 'src/base/broken.h', '#pragma once\ninline std::string f() { return {}; }\n', 'compile alone'),
]
# Rightly not breaches.
ALLOWED = {
    'src/base/ok.cc': '''// strcpy(a, b) and new Thing in a comment; rand().
const char* words = "system(1) new Thing";
const char* raw = R"(std::regex
delete p)";
struct A { A(const A&) = delete; void* operator new(size_t); };
int big = 1'000'000; char quote = '"'; void f() { snprintf(nullptr, 0, "x"); }
// tidy: allow new: the library takes ownership
auto* p = new Thing();
auto* q = new Thing();  // tidy: allow new: the same
new (&storage) Thing();
// TO' 'DO(#12): later
''',
    'src/app/main.cc': '#include <iostream>\nint main() { std::cout << 1; }\n',
    'web/package-lock.json': '{"packages": {"a": {"engines": {"node": "^20.1 || >=18.3"}}}}\n',
    'tests/interop/node20/package-lock.json': '{"packages": {"": {"engines": {"node": ">= 20"}}, "a": {"engines": {"node": ">=20.1"}}}}\n',
    'src/net/private.h': '#pragma once\n#include <openssl/ssl.h>\n',
    'src/net/tls.cc': '#include "net/private.h"\n',
    'src/server/tls_test.cc': '#include "net/private.h"\n',
    'src/app/README.md': '# app\n\nMain.\n',
    'src/app/modules.cc': '#include "modules/muc/room.h"\n',
    'src/modules/archive/page_test.cc': '#include "server/home.h"\n',
    'tests/fixtures/poll.py': 'await asyncio.sleep(1)\n',
    'src/base/words.cc': '// Who may enter? Does what the RFC says of those who ask.\nconst char* w = "// Whoever";  // the text of a rule\n',
    'docs/glossary.md': '- **parse**: in `parser.cc`; a word, no type.\n',
    'src/base/g_test.cc': 'namespace teahouse::g_test {\nnamespace {\n}\n}\n',
    'src/base/f_test.cc': 'TEST(A, B) {\n' + '  x++;\n' * 100 + '}\n',
}
FUNCTIONS = '''#define X(a) \\
  { a }
namespace n {
class alignas(8) A : public B {
 public:
  explicit A(int x) : x_{x}, y_(std::vector<int>{1, 2}) {
    x++;
  }
  int get() const { return x_; }
 private:
  int x_{0};
  std::array<int, f(3)> table = {1, 2};
};
template <class T>
enum class E { a, b };
std::string A::name(
    int y) const {
  auto lambda = [](int z) { return z; };
  if (y) { return "}"; }
}
bool operator==(const A& a, const A& b) { return true; }
const std::map<int, int> kMap = make({{1, 2}});
}
'''


def write(root, files):
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
        with open(os.path.join(root, path), 'w', encoding='utf-8', newline='') as file:
            file.write(text)


def breaches_of(rule, files):
    with tempfile.TemporaryDirectory() as root:
        write(root, files)
        house = tidy_rules.House(root)
        if rule == 'headers-compile':
            return tidy_headers.headers_compile(house, 1)
        return dict(tidy_rules.RULES + tidy_words.RULES)[rule](house)


def check_headers_are_compiled_again_when_what_they_include_changes():
    with tempfile.TemporaryDirectory() as root:
        write(root, CLEAN)
        assert not tidy_headers.headers_compile(tidy_rules.House(root), 1)
        write(root, {'src/base/thing.h': '#pragma once\nint thing(\n'})
        found = tidy_headers.headers_compile(tidy_rules.House(root), 1)
        assert {b.split(':')[0] for b in found} >= {'src/base/thing.h', 'src/net/loop.h'}, found


def check_headers_that_a_source_begins_with_are_left_to_the_linter():
    broken = {'src/base/thing.h': '#pragma once\nint thing(\n'}
    behind = {'src/base/thing.cc': '#include "base/other.h"\n#include "base/thing.h"\n', 'src/base/other.h': '#pragma once\n'}
    assert breaches_of('headers-compile', {**CLEAN, **broken, **behind}), 'a source that includes it later proves nothing'
    found = breaches_of('headers-compile', {'src/base/thing.cc': '#include "base/thing.h"\n', **broken})
    assert not found, found


def check_functions_are_found_with_their_lines():
    found = cpp_source.functions(FUNCTIONS)
    assert found == [('A', 6, 8), ('get', 9, 9), ('A::name', 16, 20), ('operator==', 21, 21)], found


def check_folders_that_include_each_other_are_found_also_where_readmes_allow_it():
    found = breaches_of('layers', {
        **CLEAN, 'src/xml/README.md': '# xml\n\nMay include: net.\n', 'src/xml/a.h': '#include "net/loop.h"\n',
        'src/net/b.h': '#include "xml/a.h"\n'})
    assert len(found) == 2 and 'include each other' in found[0], found


def check_a_missing_layer_table_is_a_breach():
    found = breaches_of('layers', {**CLEAN, 'STYLE.md': '# Style\n'})
    assert found and 'cannot be read' in found[0], found


def check_the_command_fails_and_says_where():
    with tempfile.TemporaryDirectory() as root:
        write(root, {**CLEAN, 'src/base/b.cc': 'int f() { return rand(); }\n'})
        tidy = os.path.join(os.path.dirname(os.path.realpath(__file__)), 'tidy')
        done = subprocess.run([sys.executable, tidy, '--root', root, '--no-compile'], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 1 and 'not ok banned-calls' in done.stdout and 'src/base/b.cc:1:' in done.stdout, done


def cases():
    rules = [name for name, _ in tidy_rules.RULES + tidy_words.RULES] + ['headers-compile']
    for rule in rules:
        yield f'{rule} is silent on a clean tree', lambda rule=rule: none(breaches_of(rule, CLEAN))
        if rule != 'headers-compile':
            yield f'{rule} leaves alone what is right', lambda rule=rule: none(breaches_of(rule, {**CLEAN, **ALLOWED}))
    for number, (rule, path, text, says) in enumerate(BREACHES, 1):
        def planted(rule=rule, path=path, text=text, says=says):
            found = breaches_of(rule, {**CLEAN, path: text})
            assert any(says in b for b in found), f'{says!r} is not in {found}'
        yield f'{rule} finds breach {number} in {path}', planted
    for name, check in sorted(globals().items()):
        if name.startswith('check_'):
            yield name[len('check_'):].replace('_', ' '), check


def none(breaches):
    assert not breaches, breaches


def main():
    failed = count = 0
    for name, check in cases():
        count += 1
        try:
            check()
            print('ok ' + name, flush=True)
        except Exception as error:  # a test's failure of any kind is told and counted
            failed += 1
            print(f'not ok {name}: {type(error).__name__}: {str(error)[:500]}', flush=True)
    print(f'1..{count}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
