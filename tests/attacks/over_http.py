"""WebSocket frames that are none, and the HTTP API under attack."""
import asyncio
import base64
import json
import struct

from fixtures.client import Unexpected
from stage import case, is_closed

OPEN = b"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='a.example' version='1.0'/>"


async def closed_with(client, *codes):
    await is_closed(client)
    code = getattr(client, 'close_code', None)
    if code is not None and code not in codes:
        raise Unexpected(f'the WebSocket was closed with {code}, not {" or ".join(map(str, codes))}')


for name, frame, codes in (
        ('unmasked frame', bytes([0x81, len(OPEN)]) + OPEN, (1002,)),
        ('frame of 2^63 bytes', bytes([0x81, 0xff]) + struct.pack('>Q', 1 << 63) + b'abcd', (1002, 1009)),
        ('frame of 2^62 bytes', bytes([0x81, 0xff]) + struct.pack('>Q', 1 << 62) + b'abcd', (1009,)),
        ('frame of 100 MB', bytes([0x81, 0xff]) + struct.pack('>Q', 100000000) + b'abcd', (1009,)),
        ('reserved bits', bytes([0xf1, 0x80]) + b'abcd', (1002,)),
        ('unknown opcode', bytes([0x83, 0x80]) + b'abcd', (1002,)),
        ('long control frame', bytes([0x89, 0xfe, 1, 0]) + b'abcd' + bytes(256), (1002,)),
        ('fragmented control frame', bytes([0x09, 0x80]) + b'abcd', (1002,)),
        ('continuation of nothing', bytes([0x80, 0x80]) + b'abcd', (1002,)),
        ('binary message', bytes([0x82, 0x81]) + bytes(4) + b'x', (1003, 1002, 1008)),
        ('text that is no UTF-8', bytes([0x81, 0x82]) + bytes(4) + b'\xc0\xaf', (1007,))):
    @case(f'43 WebSocket: {name}')
    async def _(stage, frame=frame, codes=codes):
        """The WebSocket is closed with the code of RFC 6455 section 7.4.1."""
        client = await stage.socket('websocket')
        client.transport.wire.transport.write(frame)
        await closed_with(client, *codes)


@case('43 WebSocket: flood of continuation frames')
async def flood(stage):
    """A message of very many fragments is refused above its size; empty ones have no free ride either."""
    client = await stage.socket('websocket')
    client.transport.send_frame(1, b'<a>', final=False)
    for _ in range(200):
        if client.lost:
            break
        client.transport.wire.transport.write(b''.join(
            bytes([0x00, 0xff]) + struct.pack('>Q', 65536) + bytes(4) + b'x' * 65536 for _ in range(1)))
    await closed_with(client, 1009, 1008, 1002)


@case('43 WebSocket: several elements in one frame')
async def several(stage):
    """Each frame holds one element (RFC 7395 section 3.3.3)."""
    client = await stage.socket('websocket')
    client.send_raw(OPEN.decode())
    await client.receive()
    await client.receive()
    client.send_raw('<presence xmlns="jabber:client"/><presence xmlns="jabber:client"/>')
    await is_closed(client)


@case('43 WebSocket: foreign origin')
async def origin(stage):
    """A page of another site opens no WebSocket, or cannot do with it what its user could: tokens are no cookies."""
    client = stage.client('mallory', transport='websocket')
    make = client.make_transport

    def foreign():
        transport = make()
        transport.origin = 'https://evil.example'
        return transport
    client.make_transport = foreign
    try:
        await client.open()
    except ConnectionError:
        return
    if await client.authenticate(password='wrong') is None:
        raise Unexpected('a foreign page got in without a secret')


def api(stage, *arguments, **keywords):
    return asyncio.to_thread(stage.api.call, *arguments, **keywords)


async def must_be(stage, statuses, *arguments, **keywords):
    answer = await api(stage, *arguments, **keywords)
    if answer.status not in statuses:
        raise Unexpected(f'{arguments} should have been answered {statuses}; the answer is {str(answer)[:500]}')
    return answer


@case('50 API: the other tenant')
async def other_tenant(stage):
    """A tenant's key opens nothing of another's, by id, by name or by the operator's paths."""
    key = stage.tenants['a']['api_key']
    for method, path, body in (('GET', '/v1/users/victor', None), ('DELETE', '/v1/users/victor', None),
                               ('GET', '/v1/users/victor/status', None), ('GET', '/v1/users/victor/unread', None),
                               ('GET', '/v1/users/victor@b.example/status', None), ('GET', '/v1/rooms/den', None),
                               ('GET', '/v1/rooms/den@rooms.b.example/messages', None)):
        await must_be(stage, (400, 403, 404), method, path, body, key)
    for path in ('/operator/v1/tenants', '/operator/v1/tenants/b', '/operator/v1/plans', '/operator/v1/audit'):
        await must_be(stage, (401, 403), 'GET', path, None, key)
    for user in ('victor', 'wendy'):
        if (await api(stage, 'GET', f'/v1/users/{user}', None, stage.tenants['b']['api_key'])).status != 200:
            raise Unexpected(f'{user} is gone')


@case('50 API: keys that are none')
async def no_keys(stage):
    """401, for each kind of rubbish."""
    for key in ('', 'x', 'sk_' + 'a' * 40, stage.tenants['a']['site'], stage.tenants['a']['signing_secret'], 'x' * 7000):
        await must_be(stage, (400, 401, 431), 'GET', '/v1/online', None, key)


@case('50 API: tokens that are none')
async def no_tokens(stage):
    """alg none, another algorithm, no signature, a signature by the public site id."""
    from fixtures.api import site_token
    tenant = stage.tenants['a']

    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b'=').decode()
    claims = encode({'iss': tenant['site'], 'sub': 'alice', 'exp': 4102444800})
    for token in (f'{encode({"alg": "none"})}.{claims}.', f'{encode({"alg": "HS256"})}.{claims}.',
                  f'{encode({"alg": "RS256"})}.{claims}.AAAA', site_token(tenant['site'], tenant['site'], 'alice'),
                  site_token(tenant['site'], '', 'alice'), f'{claims}.{claims}'):
        await must_be(stage, (400, 401), 'GET', '/v1/users/alice/unread', None, token)


@case('50 API: JSON that is deep, large or none')
async def json_bombs(stage):
    """400 or 413, with constant memory."""
    key = stage.tenants['a']['api_key']
    for body in (b'{"a":' * 100000, b'[' * 100000, b'{"to":"user:alice","text":"' + b'x' * 1000000 + b'"}', b'{', b'\xff\xfe',
                 b'{"to":["user:alice"],"text":{}}', b'{"to":"user:alice","text":"a","text":"b"}' * 2):
        await must_be(stage, (400, 406, 413, 415), 'POST', '/v1/messages', body, key,
                      headers={'Content-Type': 'application/json'})


@case('50 API: Idempotency-Keys that are none')
async def idempotency_keys(stage):
    """400, before anything is done; nothing reaches bob."""
    body = {'to': 'user:bob', 'text': 'x'}
    for key in ('', ' ', '"', '"a', '"a" "b"', 'a b', 'a, b', '"\\x"', '\x7f', 'x' * 256, '"' + 'x' * 256 + '"', '"' + '\\\\' * 300 + '"', '""'):
        await must_be(stage, (400,), 'POST', '/v1/messages', body, stage.tenants['a']['api_key'], headers={'Idempotency-Key': key})
    messages = (await api(stage, 'GET', '/v1/users/bob/messages', None, stage.tenants['a']['api_key'])).json
    if messages.get('messages'):
        raise Unexpected(f'bob should have no messages; he has {messages}')


@case('50 API: one Idempotency-Key many times at once')
async def one_key_at_once(stage):
    """One is carried out, the others wait or are told the same; of another tenant nobody hears."""
    body = {'to': 'user:alice', 'text': 'once'}
    answers = await asyncio.gather(*(api(stage, 'POST', '/v1/messages', body, stage.tenants['a']['api_key'],
                                         headers={'Idempotency-Key': '"storm"'}) for _ in range(40)))
    if {a.status for a in answers} - {201, 409} or len({a.json['id'] for a in answers if a.status == 201}) != 1:
        raise Unexpected(f'the answers are {[str(a) for a in answers]}')
    found = (await api(stage, 'GET', '/v1/users/alice/messages?with=site', None, stage.tenants['a']['api_key'])).json['messages']
    if [m['text'] for m in found].count('once') != 1:
        raise Unexpected(f'alice should have the message once; she has {found}')
    for name in stage.tenants:
        if name != 'a' and (await api(stage, 'GET', '/v1/users/alice/messages', None, stage.tenants[name]['api_key'])).status != 404:
            raise Unexpected(f'{name} has an alice with messages')


@case('50 API: paths that climb')
async def paths(stage):
    """Encoded traversal leads nowhere (CVE-2023-32315)."""
    for path in ('/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/v1/%2e%2e/operator/v1/tenants', '/v1/users/..%2f..%2foperator',
                 '/%u002e%u002e/', '/v1/users/%00', '/operator/v1/tenants/a%2f..%2fb', '/v1/users/%ff'):
        await must_be(stage, (400, 401, 403, 404), 'GET', path, None, stage.tenants['a']['api_key'])


async def raw_http(stage, data):
    """What a raw request gets, until the server closes or there is a whole answer."""
    host, port = stage.server.addresses['http'].split('//')[1].split(':')
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(data)
        writer.write_eof()
        return await asyncio.wait_for(reader.read(), 60)
    finally:
        writer.close()


for name, request in (
        ('Content-Length and Transfer-Encoding', b'POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n'
                                                 b'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'),
        ('two Content-Lengths', b'POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nabcde'),
        ('negative Content-Length', b'POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'),
        ('white space before the colon', b'GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n'),
        ('bare line feeds in a header', b'GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\n b\r\n\r\n'),
        ('bad chunk size', b'POST /v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n'),
        ('unknown transfer coding', b'POST /v1/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'),
        ('header of 1 MB', b'GET /healthz HTTP/1.1\r\nHost: x\r\nX: ' + b'a' * 1000000 + b'\r\n\r\n'),
        ('100,000 headers', b'GET /healthz HTTP/1.1\r\nHost: x\r\n' + b'X: a\r\n' * 100000 + b'\r\n'),
        ('target of 1 MB', b'GET /' + b'a' * 1000000 + b' HTTP/1.1\r\nHost: x\r\n\r\n')):
    @case(f'50 HTTP: {name}')
    async def _(stage, request=request):
        """Refused with 4xx or 501, once, and the connection is closed: no second request is smuggled."""
        try:
            answer = await raw_http(stage, request)
        except (ConnectionResetError, BrokenPipeError):
            return
        if answer and (not answer.startswith((b'HTTP/1.1 4', b'HTTP/1.1 501')) or answer.count(b'HTTP/1.1 ') != 1):
            raise Unexpected(f'the answer is {answer[:500]!r}')


@case('50 HTTP: ranges')
async def ranges(stage):
    """A file goes out once at most, whatever ranges of it are asked for (CVE-2011-3192); none lies outside of it."""
    whole = await raw_http(stage, b'GET /w.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    for asked, status in ((b'0-' + b',0-' * 3000, 200), (b'5-3', 200), (b'-0', 416), (b'9' * 3000 + b'-', 416), (b'-' + b'9' * 3000, 206),
                          (b'0-' + b'9' * 3000, 206), (b'0-0', 206), (b'18446744073709551615-18446744073709551616', 416), (b'-1', 206)):
        answer = await raw_http(stage, b'GET /w.js HTTP/1.1\r\nHost: x\r\nRange: bytes=' + asked + b'\r\nConnection: close\r\n\r\n')
        if not answer.startswith(b'HTTP/1.1 %d ' % status) or len(answer) > len(whole) + 500:
            raise Unexpected(f'{asked[:50]!r} was answered {answer[:500]!r}')
