"""Steps with files (XEP-0363)."""
from fixtures.client import Unexpected
from fixtures.files import ask_slot
from words import step


class FileWords:
    """A part of Play: what it uses of it stands there."""

    @step(r'(\w+) gets the slot (\w+) for (.+?) of (\d+) bytes(?: as (\S+))?')
    async def gets_slot(self, name, slot, file, size, content_type):
        """At the upload host of its own tenant."""
        client = self.who(name)
        host = self.wire('upload.' + client.account.split('@')[1])
        self.slots[slot] = await ask_slot(client, host, file, size, content_type)
        self.slots[slot].host = host  # what a client shows has the scenario's names

    @step(r'"(.*)" is put at (\w+)(?: with the leave of (\w+))?(?: as (\S+))?')
    async def is_put(self, text, slot, other, content_type):
        headers = {'Content-Type': content_type} if content_type else {}
        token = self.slots[other].token if other else None
        self.answer = await self.cast.api(self.slots[slot].put, self.cast.server, self.bytes_of(text), headers, token)
        self.cast.log.append(f'{slot} < {self.answer}')

    @step(r'(\w+) is asked for by (GET|HEAD|OPTIONS)(?: at (\S+))?(?: with ([\w-]+): (.+))?')
    async def is_asked_for(self, slot, method, host, header, value):
        headers = {header: self.filled(value)} if header else {}
        self.answer = await self.cast.api(self.slots[slot].call, self.cast.server, method, None, '', headers, self.wire(host) if host else None)
        self.cast.log.append(f'{slot} < {self.answer.status} {self.answer.headers}')

    @step(r'the answer has the body "(.*)"')
    async def has_body(self, text):
        if self.answer.body != self.bytes_of(text):
            raise Unexpected(f'the answer should have had the body {text!r}; it is {self.answer}')

    @staticmethod
    def bytes_of(text):
        r"""With \x00 and the like."""
        return text.encode('latin-1').decode('unicode_escape').encode('latin-1')
