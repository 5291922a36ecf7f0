"""What the cases share: a stage made afresh for each, where clients of other people meet one of ours that says what they are to hear."""
import asyncio

import fixtures.stage


class Stage(fixtures.stage.Stage):
    """Of one case."""

    def __init__(self, server, number):
        super().__init__(server, number)
        self.log = []       # of what our clients said and heard
        self.closers = []   # of the clients of other people

    def port(self, listener='c2s'):
        return self.server.port(listener)

    def client(self, user, transport='tcp', password=None, resource=None, **details):
        return super().client(user, transport, password, resource, log=self.log, **details)

    async def close(self):
        self.leave()
        for closer in self.closers:
            done = closer()
            if asyncio.iscoroutine(done):
                await done
