"""TCP's keep-alive: the kernel finds machines that are gone, whatever they spoke."""
import asyncio

from fixtures.poll import poll
from sockets import plain
from stage import case

KEEP_ALIVE = '02'  # the kind of timer that runs, in the column `tr` of /proc/net/tcp


def timers(port):
    """Of the server's sockets: the client's port -> the kind of timer."""
    found = {}
    for path in ('/proc/net/tcp', '/proc/net/tcp6'):
        with open(path, encoding='ascii') as file:
            for fields in (line.split() for line in list(file)[1:]):
                if int(fields[1].rsplit(':', 1)[1], 16) == port:
                    found[int(fields[2].rsplit(':', 1)[1], 16)] = fields[5].split(':')[0]
    return found


for listener in ('c2s', 'c2s_tls', 'http', 'https'):
    @case(f'keep-alive: of connections to {listener}')
    async def _(stage, listener=listener):
        """Every connection that was accepted has it, before anything is said (net/listener.h)."""
        sock = await asyncio.to_thread(plain, stage.server.addresses[listener])
        try:
            await poll(lambda: timers(stage.server.port(listener)).get(sock.getsockname()[1]), lambda found: found == KEEP_ALIVE,
                       f'the timer of a connection to {listener}')
        finally:
            sock.close()
