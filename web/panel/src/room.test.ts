import assert from "node:assert/strict";
import { test } from "node:test";
import { membersOf } from "./room.tsx";

test("a room's people stand once each, by the most that they are there, and the banned last", () => {
  const room = { members: ["ann", "bo", "cy"], admins: ["bo"], owners: ["cy"], banned: ["eve"] };
  assert.deepEqual(membersOf(room as never), [
    { user: "ann", role: "member" },
    { user: "bo", role: "admin" },
    { user: "cy", role: "owner" },
    { user: "eve", role: "outcast" },
  ]);
});
