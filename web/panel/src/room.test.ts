import assert from "node:assert/strict";
import { test } from "node:test";
import { membersOf } from "./room.tsx";

test("a room's people stand once each, and the banned last", () => {
  assert.deepEqual(membersOf({ members: ["ann", "cy"], banned: ["bo"] } as never), [
    { user: "ann", isBanned: false },
    { user: "cy", isBanned: false },
    { user: "bo", isBanned: true },
  ]);
});
