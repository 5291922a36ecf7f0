// The test of the calls' relay, from the browser of somebody who looks after a site: does it give this browser an address, by each way to it?
import type { Schemas } from "../../.cache/api.gen.ts";

type Server = Schemas["RelayCredentials"]["ice_servers"][number];

export interface Way {
  url: string;
  server: RTCIceServer;
}

/** Each way to a relay by itself, so that one that is open does not hide one that is not. STUN alone relays nothing. */
export function waysOf(servers: Server[]): Way[] {
  return servers.flatMap(({ urls, username, credential }) =>
    urls.filter((url) => /^turns?:/.test(url)).map((url) => ({ url, server: { urls: url, username, credential } })),
  );
}

export type Reached = { isOpen: true } | { isOpen: false; told: string };

const patienceMs = 10_000;

/** Asks the relay for an address, and gives it back at once. */
export function reach({ server }: Way, make = (config: RTCConfiguration) => new RTCPeerConnection(config)): Promise<Reached> {
  return new Promise((resolve) => {
    const peer = make({ iceServers: [server], iceTransportPolicy: "relay" });
    let told = "";
    const end = (reached: Reached) => {
      clearTimeout(timer);
      peer.onicecandidate = null;
      peer.onicecandidateerror = null;
      peer.close();
      resolve(reached);
    };
    const timer = setTimeout(() => end({ isOpen: false, told }), patienceMs);
    peer.onicecandidateerror = ({ errorCode, errorText }) => {
      told = [errorCode, errorText].filter(Boolean).join(" ");
    };
    peer.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate.includes(" typ relay")) end({ isOpen: true });
      else if (!candidate) end({ isOpen: false, told });
    };
    peer.createDataChannel("test");
    peer
      .createOffer()
      .then((offer) => peer.setLocalDescription(offer))
      .catch((error) => end({ isOpen: false, told: String(error) }));
  });
}
