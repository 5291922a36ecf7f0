import assert from "node:assert/strict";
import { test } from "node:test";
import { reach, waysOf } from "./ice.ts";

test("each way to a relay is tried by itself", () => {
  const servers = [
    { urls: ["stun:im.example:3478"] },
    { urls: ["turn:im.example:3478?transport=udp", "turns:im.example:5349?transport=tcp"], username: "u", credential: "c" },
  ];
  assert.deepEqual(
    waysOf(servers).map(({ server }) => server),
    [
      { urls: "turn:im.example:3478?transport=udp", username: "u", credential: "c" },
      { urls: "turns:im.example:5349?transport=tcp", username: "u", credential: "c" },
    ],
  );
  assert.deepEqual(waysOf([]), []);
});

/** What a peer connection tells, one after the other. */
function peerThat(tells: (peer: Record<string, (event: unknown) => void>) => void) {
  const peer = {
    closed: 0,
    createDataChannel() {},
    createOffer: async () => ({}),
    setLocalDescription: async () => tells(peer as never),
    close() {
      peer.closed++;
    },
  };
  return { peer, make: () => peer as unknown as RTCPeerConnection };
}
const way = { url: "turn:im.example", server: { urls: "turn:im.example" } };

test("a relayed address is a way that is open, and is given back", async () => {
  const { peer, make } = peerThat((p) => {
    p.onicecandidate?.({ candidate: { candidate: "candidate:1 1 udp 1 192.0.2.1 5000 typ host" } });
    p.onicecandidate?.({ candidate: { candidate: "candidate:2 1 udp 1 192.0.2.9 6000 typ relay raddr 0.0.0.0" } });
  });
  assert.deepEqual(await reach(way, make), { isOpen: true });
  assert.equal(peer.closed, 1);
});

test("a way that is shut says why", async () => {
  const { peer, make } = peerThat((p) => {
    p.onicecandidateerror?.({ errorCode: 401, errorText: "Unauthorized" });
    p.onicecandidate?.({ candidate: null });
  });
  assert.deepEqual(await reach(way, make), { isOpen: false, told: "401 Unauthorized" });
  assert.equal(peer.closed, 1);
});
