"""What comes at the port of the calls' relay (STUN and TURN): other protocols, other people's allocations, and too much of everything."""
import asyncio
import os
import socket

from fixtures import turn
from fixtures.client import Unexpected
from stage import addresses, case, memory_is_back

EXTERNAL = '{urn:xmpp:extdisco:2}'


def new_address():
    number = next(addresses)
    return f'127.10.{number // 250}.{2 + number % 250}'


def port(stage):
    return '127.0.0.1', stage.server.port('turn')


async def service_of(client):
    """The relay's credentials."""
    answer = await client.answer(f"<iq type='get' id='ext' to='{client.domain}'><services xmlns='urn:xmpp:extdisco:2' type='turn'/></iq>")
    return dict(next(answer.iter(f'{EXTERNAL}service')).attrib)


def must_be(what, found, wanted):
    if found != wanted:
        raise Unexpected(f'{what} should be {wanted!r}; it is {found!r}')


@case('calls: packets of other protocols')
async def _(stage):
    """No answer; a Binding after them is answered."""
    def play():
        line = turn.Datagrams(port(stage), new_address())
        for data in (b'', b'\0', b'GET / HTTP/1.1\r\n\r\n', b'\x16\x03\x01\x02\0' + bytes(512), b'\x17\0\x03\x2a' + bytes(4), bytes(1400), b'\xff' * 2048,
                     b'\x40\0\xff\xff', turn.message(turn.BINDING, turn.SUCCESS, [], os.urandom(12)), turn.message(turn.BINDING, turn.ERROR, [], os.urandom(12)),
                     turn.message(turn.SEND, turn.INDICATION, [(turn.PAYLOAD, b'x')], os.urandom(12)), turn.message(turn.BINDING, turn.REQUEST, [], os.urandom(12))[:19]):
            line.send(data)
        client = turn.Turn(line)
        must_be('the first answer', client.bind(), line.sock.getsockname())
        client.close()
    await asyncio.to_thread(play)


@case('calls: other protocols over TCP')
async def _(stage):
    """They are let go, without an answer."""
    def play():
        for data in (b'GET / HTTP/1.1\r\n\r\n', b'\x80\0\0\0', b'\xff' * 100, b'<?xml version="1.0"?>', b'\0\1\0\3' + bytes(16)):
            with socket.create_connection(port(stage), 30, (new_address(), 0)) as sock:
                sock.sendall(data)
                try:
                    heard = sock.recv(100)
                except ConnectionError:
                    heard = b''
                must_be('the answer', heard, b'')
    await asyncio.to_thread(play)


@case("calls: another's allocation")
async def _(stage):
    """From the very address of an allocation, credentials of another account or tenant neither end nor change it (441)."""
    alice, mallory, victor = await stage.client('alice').login(), await stage.attacker(), await stage.client('victor').login()
    services = [await service_of(each) for each in (victor, alice, mallory)]

    def play():
        client = turn.Turn(turn.Datagrams(port(stage), new_address()), services[0])
        must_be('the code of an allocation', client.allocate(), 0)
        for service in services[1:]:
            client.service = service
            must_be('the code of an end', client.refresh(0), 441)
            must_be('the code of a permission', client.permit(('127.0.0.1', 1)), 441)
        client.service = {**services[1], 'username': services[0]['username']}
        must_be('the code with another password', client.refresh(0), 401)
        client.service = services[0]
        must_be('the code of its own', client.refresh(600), 0)
        client.close()
    await asyncio.to_thread(play)


@case('calls: a flood of allocations by one account')
async def _(stage):
    """The plan's number, 50; others get theirs."""
    mallory, victor = await stage.attacker(), await stage.client('victor').login()
    his, hers = await service_of(mallory), await service_of(victor)

    def play():
        clients = [turn.Turn(turn.Datagrams(port(stage), new_address()), his) for _ in range(200)]
        codes = [each.allocate() for each in clients]
        must_be('the allocations', (codes.count(0), codes.count(486)), (50, 150))
        other = turn.Turn(turn.Datagrams(port(stage), new_address()), hers)
        must_be("the code of another's", other.allocate(), 0)
        for each in [other, *clients]:
            if each.relayed:
                must_be('the code of an end', each.refresh(0), 0)
            each.close()
    await asyncio.to_thread(play)


@case('calls: a flood of requests without credentials')
async def _(stage):
    """Some 200 are answered, the others cost nothing; another network is answered meanwhile."""
    before = stage.server.memory_kib()

    def play():
        flood = turn.Datagrams(port(stage), new_address())
        request = turn.message(turn.ALLOCATE, turn.REQUEST, [(turn.REQUESTED_TRANSPORT, turn.UDP)], os.urandom(12))
        for _ in range(20000):
            flood.send(request)
        other = turn.Turn(turn.Datagrams(port(stage), new_address()))
        other.bind()
        flood.sock.settimeout(0)
        answers = 0
        try:
            while flood.receive():
                answers += 1
        except BlockingIOError:
            pass
        if answers > 1500:
            raise Unexpected(f'{answers} of 20,000 requests were answered')
        other.close()
        flood.sock.close()
    await asyncio.to_thread(play)
    await memory_is_back(stage.server, before)
