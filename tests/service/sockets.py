"""Blocking TLS sockets, for what is asked before any XMPP or HTTP is spoken. A case calls these in a thread."""
import socket
import ssl

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.transport import STREAM

HEADER = ("<?xml version='1.0'?><stream:stream to='{0}' version='1.0' xmlns='jabber:client' "
          f"xmlns:stream='{STREAM}'>")


def plain(address):
    host, port = address.split('//')[-1].rsplit(':', 1)
    return socket.create_connection((host, int(port)), timeout=limits.ANSWER_S)


def context(ca=None, alpn=None, version=None):
    """Of any version, weak ones too, so that it is the server who refuses. Without `ca` everybody is trusted."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca:
        made.load_verify_locations(ca)
    else:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if alpn:
        made.set_alpn_protocols(alpn)
    if version:
        made.set_ciphers('ALL:@SECLEVEL=0')
        made.minimum_version = made.maximum_version = version
    return made


def read_until(sock, mark):
    data = b''
    while mark not in data:
        more = sock.recv(4096)
        if not more:
            raise Unexpected(f'{mark!r} should have come; the connection ended after {data!r}')
        data += more
    return data


def offer_tls(sock, domain):
    """Up to <proceed/> on the port with STARTTLS."""
    sock.sendall(HEADER.format(domain).encode())
    read_until(sock, b'</stream:features>')
    sock.sendall(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    read_until(sock, b'<proceed')


def secure(server, listener, name, starttls_to=None, **details):
    """A TLS socket; `name` is for SNI, or None."""
    sock = plain(server.addresses[listener])
    try:
        if listener == 'c2s':
            offer_tls(sock, starttls_to or name)
        return context(**details).wrap_socket(sock, server_hostname=name)
    except BaseException:
        sock.close()
        raise


def speaks(sock, domain):
    """`xmpp` or `http`: which of the two answers what is a stream header, and for HTTP a bad request."""
    try:
        sock.sendall(HEADER.format(domain).encode() + b'\r\n\r\n')
        answer = b''
        while b'<stream:stream' not in answer and b'HTTP/1.1 400 ' not in answer:
            more = sock.recv(4096)
            if not more:
                return repr(answer)
            answer += more
        return 'xmpp' if b'<stream:stream' in answer else 'http'
    finally:
        sock.close()


def reason(error):
    """Why OpenSSL gave up; Python does not know all of its names."""
    return error.reason or str(error.args[1]).split('(')[0].strip()
