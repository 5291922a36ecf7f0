"""Steps with connections to the proxy (XEP-0065)."""
from fixtures.client import Unexpected
from fixtures.socks5 import Line, hash_of
from words import step


class BytestreamWords:
    """A part of Play: what it uses of it stands there."""

    @step(r'(\w+) connects to the proxy as (\w+) for (\S+) from (\w+) to (\w+)(, refused)?')
    async def connects_to_proxy(self, name, line, sid, requester, target, refused):
        """The SOCKS5 connection `line` of a user, with the hash of the stream."""
        self.who(name)
        self.cast.lines[line] = opened = await Line.open(self.cast.server, self.cast.source)
        reply = await opened.shake(hash_of(sid, self.wire(self.who(requester).jid), self.wire(self.who(target).jid)))
        if reply != (2 if refused else 0):
            raise Unexpected(f'the proxy answered {line} with {reply}')

    @step(r'(\w+) says "(.*)"')
    async def line_says(self, line, text):
        self.cast.lines[line].send(self.bytes_of(text))

    @step(r'(\w+) hears "(.*)"')
    async def line_hears(self, line, text):
        wanted = self.bytes_of(text)
        heard = await self.cast.lines[line].hear(len(wanted))
        if heard != wanted:
            raise Unexpected(f'{line} should have heard {wanted!r}; it heard {heard!r}')

    @step(r'(\w+) says no more')
    async def says_no_more(self, line):
        self.cast.lines[line].end()

    @step(r'(\w+) hears the end')
    async def hears_end(self, line):
        how = await self.cast.lines[line].ends()
        if how != 'end':
            raise Unexpected(f'{line} should have heard the end; it is {how}')

    @step(r'(\w+) is broken off')
    async def is_broken_off(self, line):
        """So that nobody takes a part for the whole."""
        how = await self.cast.lines[line].ends()
        if how != 'broken':
            raise Unexpected(f'{line} should have been broken off; it heard the {how}')
