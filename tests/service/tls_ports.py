"""What the ports with TLS speak: HTTP or XMPP by ALPN (RFC 7301, XEP-0368), and which versions of TLS."""
import asyncio
import itertools
import ssl

from fixtures.client import Unexpected
from fixtures.transport import Tcp, connect, tls_context
from sockets import HEADER, context, offer_tls, plain, reason, secure, speaks
from stage import case, must_equal

OFFERS = [  # what a client offers by ALPN -> on listen.https, on listen.c2s_tls: (chosen, spoken)
    (['xmpp-client'], ('xmpp-client', 'xmpp'), ('xmpp-client', 'xmpp')),
    (['http/1.1'], ('http/1.1', 'http'), ('http/1.1', 'http')),
    (None, (None, 'xmpp'), (None, 'xmpp')),  # what is asked is a stream
    (['xmpp-client', 'http/1.1'], ('http/1.1', 'http'), ('xmpp-client', 'xmpp')),
    (['http/1.1', 'xmpp-client'], ('http/1.1', 'http'), ('xmpp-client', 'xmpp')),
    (['h2', 'http/1.1'], ('http/1.1', 'http'), ('http/1.1', 'http')),
    (['xmpp-server', 'xmpp-client'], ('xmpp-client', 'xmpp'), ('xmpp-client', 'xmpp')),
]
PORTS = ('https', 'c2s_tls')


def offered(server, port, domain, alpn):
    """(what the server chose, what it speaks)."""
    sock = secure(server, port, domain, alpn=alpn)
    return sock.selected_alpn_protocol(), speaks(sock, domain)


def refusal(server, port, domain, **details):
    """The reason that the server's alert gives, or '' when the handshake succeeds."""
    try:
        secure(server, port, domain, **details).close()
    except ssl.SSLError as error:
        return reason(error)
    return ''


@case('TLS port: HTTP and XMPP by ALPN')
async def by_alpn(stage):
    """On listen.https and listen.c2s_tls alike a client gets what it offers; who offers both or nothing gets what the port is named for
    (docs/operations.md; teahouse.toml: "one port can serve all")."""
    for (alpn, *wanted), domain in itertools.product(OFFERS, stage.domains.values()):
        for port, answer in zip(PORTS, wanted):
            found = await asyncio.to_thread(offered, stage.server, port, domain, alpn)
            must_equal(f'what is spoken on {port} with {alpn}', found, answer)


def ask_over(sock, *parts):
    """The first words of the answer to what is sent in these parts."""
    with sock:
        for part in parts:
            sock.sendall(part)
        return sock.recv(4096).split(b' ')[0]


@case('TLS port: without ALPN the first byte tells, on the port for HTTPS')
async def by_first_byte(stage):
    """A stream begins with '<', in however many parts it comes; all else is HTTP, and on the port for XMPP nothing else is spoken."""
    get = b'GET /health HTTP/1.1\r\nHost: x\r\n\r\n'
    for domain in stage.domains.values():
        header = HEADER.format(domain).encode()
        for parts, answer in (((header,), b'<?xml'), ((header[:1], header[1:9], header[9:]), b'<?xml'), ((get,), b'HTTP/1.1'), ((get[:1], get[1:]), b'HTTP/1.1'),
                              ((b'\r\n' + get,), b'HTTP/1.1'), ((b'\xff\r\n\r\n',), b'HTTP/1.1')):
            sock = await asyncio.to_thread(secure, stage.server, 'https', domain)
            must_equal(f'the answer to {parts}', await asyncio.to_thread(ask_over, sock, *parts), answer)


@case('TLS port: unknown protocols alone are refused')
async def unknown(stage):
    """With the alert no_application_protocol (RFC 7301 section 3.2)."""
    for port, alpn in itertools.product(PORTS, (['h2'], ['xmpp-server'], ['http/1.0', 'h3'])):
        found = await asyncio.to_thread(refusal, stage.server, port, stage.domains['montague'], alpn=alpn)
        must_equal(f'the alert on {port} for {alpn}', found, '[SSL] tlsv1 alert no application protocol')


class OnOtherPort(Tcp):
    """XMPP on the port for HTTPS; `alpn`: what the client offers, or None."""

    def __init__(self, address, client, alpn):
        super().__init__(address, client.domain, client.source, secure=True)
        self.alpn = alpn

    async def open(self, events):
        await super().open(events)
        chosen = self.wire.transport.get_extra_info('ssl_object').selected_alpn_protocol()
        must_equal('the protocol', [chosen] if chosen else None, self.alpn)


@case('TLS port: sessions on the port for HTTPS talk to all others')
async def sessions(stage):
    """A session that came by listen.https, with ALPN or without, is a session like any other; the same port serves WebSocket and the API meanwhile."""
    def on_https(user, alpn):
        client = stage.client(user, 'tls', resource='https')
        address = stage.server.addresses['https'].split('//')[1].rstrip('/')
        client.make_transport = lambda: OnOtherPort(address, client, alpn)
        return client
    romeo, juliet = await on_https('romeo', ['xmpp-client']).login(), await on_https('juliet', None).login()
    benvolio, nurse = await stage.enter('benvolio', 'wss'), await stage.enter('nurse', 'tcp')
    await stage.must_say(romeo, juliet, 'to the other tenant')
    await stage.must_say(romeo, benvolio, 'to a WebSocket')
    await stage.must_say(nurse, juliet, 'from STARTTLS')
    await stage.must_say(juliet, benvolio, 'to the WebSocket of the other tenant')


def version_of(server, port, domain, version):
    """('', the version spoken), or (the reason of the refusal, None)."""
    try:
        with secure(server, port, domain, version=version) as sock:
            return '', sock.version()
    except ssl.SSLError as error:
        return reason(error), None


@case('TLS port: 1.2 and 1.3, nothing older')
async def versions(stage):
    """TLS 1.0 and 1.1 are refused by the alert protocol_version (RFC 8996) on every port, by STARTTLS too; and the port goes on."""
    domain = stage.domains['montague']
    for port in (*PORTS, 'c2s'):
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            found = await asyncio.to_thread(version_of, stage.server, port, domain, version)
            must_equal(f'the answer of {port} to {version.name}', found, ('TLSV1_ALERT_PROTOCOL_VERSION', None))
        for version, name in ((ssl.TLSVersion.TLSv1_2, 'TLSv1.2'), (ssl.TLSVersion.TLSv1_3, 'TLSv1.3')):
            found = await asyncio.to_thread(version_of, stage.server, port, domain, version)
            must_equal(f'the answer of {port} to {version.name}', found, ('', name))


@case('TLS port: weak ciphers are refused')
async def ciphers(stage):
    """Without forward secrecy or authenticated encryption there is no handshake, by TLS 1.2."""
    for port, cipher in itertools.product((*PORTS, 'c2s'), ('AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-CCM',
                                                           'ADH-AES128-GCM-SHA256')):
        found = await asyncio.to_thread(with_cipher, stage.server, port, stage.domains['montague'], cipher)
        must_equal(f'the answer of {port} to {cipher}', found, 'SSLV3_ALERT_HANDSHAKE_FAILURE')
    found = await asyncio.to_thread(with_cipher, stage.server, 'https', stage.domains['montague'], 'ECDHE-ECDSA-AES128-GCM-SHA256')
    must_equal('the answer to a strong one', found, '')


def with_cipher(server, port, domain, cipher):
    weak = context(version=ssl.TLSVersion.TLSv1_2)
    weak.set_ciphers(cipher + ':@SECLEVEL=0')
    sock = plain(server.addresses[port])
    try:
        if port == 'c2s':
            offer_tls(sock, domain)
        weak.wrap_socket(sock, server_hostname=domain).close()
        return ''
    except ssl.SSLError as error:
        return reason(error)
    finally:
        sock.close()


@case('TLS port: TLS where there is none, and none where there is')
async def wrong_door(stage):
    """A TLS hello on the port with STARTTLS, and plain text on one with TLS, end that connection only."""
    romeo, juliet = await stage.enter('romeo', 'tls'), await stage.enter('juliet', 'wss')
    try:
        await connect(stage.server.addresses['c2s'], lambda _: None, lambda _: None, None, tls_context(), 'x.example')
        raise Unexpected('the port with STARTTLS took a TLS handshake')
    except (ssl.SSLError, ConnectionError):
        pass
    for port in PORTS:
        answer = await asyncio.to_thread(plain_words, stage.server, port)
        if b'<stream' in answer or answer.startswith(b'HTTP/1.1 2'):
            raise Unexpected(f'{port} answered plain text with {answer!r}')
    await stage.must_say(romeo, juliet, 'still here')


def plain_words(server, port):
    """What comes until the server closes."""
    with plain(server.addresses[port]) as sock:
        sock.sendall(b'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
        data = b''
        try:
            while more := sock.recv(4096):
                data += more
        except ConnectionResetError:
            pass
        return data
