"""What a PHP page signs, by demo/shop-php/im_token.php and by the function that /openapi.json shows: every name makes a token that the
server takes, or PHP says what is wrong."""
import asyncio
import json
import os
import re
import subprocess
import tempfile

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.server import ROOT
from stage import case, must_equal

SIGN = """<?php
error_reporting(E_ALL); ini_set('display_errors', 'stderr'); ini_set('error_log', '');
require %s;
list($site, $secret, $rows) = json_decode(file_get_contents('php://stdin'), true);
foreach ($rows as $row) {
    try {
        echo call_user_func_array('%s', array_merge(array($site, $secret), array_map('hex2bin', $row))), "\\n";
    } catch (InvalidArgumentException $e) {
        echo 'refused: ', $e->getMessage(), "\\n";
    }
}
"""
SHOWN = [  # name, charset -> what others see
    (('Ann',), 'Ann'), (('Zoë 王 "O\'Neill" <b> &amp; \\',), 'Zoë 王 "O\'Neill" <b> &amp; \\'), (('a\tb\nc\r\n d ',), 'a b c d'),
    ((b'Jos\xe9',), 'Jos\ufffd'), ((b'\xe7\x8e\x8b\xe5',), '王\ufffd'), ((b'\xcd\xf5\x80', 'GBK'), '王€'), ((b'\xa4\xfd', 'Big5'), '王'),
    ((b'Jos\xe9', 'ISO-8859-1'), 'José'), ((b'\xcd\xf5\xff!', 'gbk'), '王!')]
REFUSED = [(b'\xcd\xf5', 'x'), (b'', 'x'), (b'\xff', 'x', 'GBK')]  # id, name, charset


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def sign(stage, source, function, rows):
    """The lines that PHP prints, and what it said beside them."""
    with tempfile.NamedTemporaryFile('w', suffix='.php', encoding='utf-8') as script:
        script.write(SIGN % (json.dumps(source), function))
        script.flush()
        tenant = stage.tenants['montague']
        rows = [[as_bytes(part).hex() for part in row] for row in rows]
        done = subprocess.run(['php', script.name], input=json.dumps([tenant['site'], tenant['signing_secret'], rows]), capture_output=True,
                              text=True, check=True, timeout=limits.EXCHANGE_S)
    return done.stdout.splitlines(), done.stderr


async def must_be_known_as(stage, user, token, name):
    answer = await stage.call('GET', f'/v1/users/{user}', key=token)
    must_equal(f'the answer to the token of {name!r}', (answer.status, (answer.json or {}).get('name')), (200, name))
    other = await stage.call('GET', f'/v1/users/{user}', key=stage.tenants['capulet']['api_key'])
    must_equal(f'what the other tenant has as {user}', other.status, 404)


@case('PHP: every name is signed, and said to be wrong where it is')
async def names(stage):
    """im_token.php; the id must be exact, and is refused where it cannot be."""
    source = os.path.join(ROOT, 'demo/shop-php/im_token.php')
    lines, said = await asyncio.to_thread(sign, stage, source, 'im_token', [(f'u{n}', *given) for n, (given, _) in enumerate(SHOWN)])
    for number, (token, (_, shown)) in enumerate(zip(lines, SHOWN)):
        await must_be_known_as(stage, f'u{number}', token, shown)
    must_equal('what PHP said', re.findall(r'name of user (u\d) is no text in ([\w-]+);', said), [('u3', 'UTF-8'), ('u4', 'UTF-8')])
    must_equal('the other complaints of PHP', re.findall(r'(?:Notice|Warning|Deprecated|Fatal).*', said), [])
    lines, _ = await asyncio.to_thread(sign, stage, source, 'im_token', REFUSED)
    if len(lines) != len(REFUSED) or not all(re.match(r"refused: im_token: the user's id is empty, or no text in \w+", line) for line in lines):
        raise Unexpected(f'ids that are no text should have been refused; PHP printed {lines}')


@case('PHP: the function of the description')
async def described(stage):
    """The snippet of POST /v1/tokens in /openapi.json."""
    description = (await stage.call('GET', '/openapi.json')).json['paths']['/v1/tokens']['post']['description']
    code = re.search(r'```php\n(.*?)```', description, re.DOTALL).group(1)
    with tempfile.NamedTemporaryFile('w', suffix='.php', encoding='utf-8') as file:
        file.write('<?php\n' + code)
        file.flush()
        lines, _ = await asyncio.to_thread(sign, stage, file.name, 'chat_token', [('mei', '王 "x"'), ('tom', b'\xcd\xf5')])
    await must_be_known_as(stage, 'mei', lines[0], '王 "x"')
    if not lines[1].startswith('refused: '):
        raise Unexpected(f'a name that is no UTF-8 should have been refused; PHP printed {lines[1]}')
