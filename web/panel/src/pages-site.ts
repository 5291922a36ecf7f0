// The pages of a site, beside its first: loaded together when one of them is opened.
export { Domains } from "./domains.tsx";
export { Embed } from "./embed.tsx";
export { Invites } from "./invites.tsx";
export { Keys } from "./keys.tsx";
export { RoomPage } from "./room.tsx";
export { Rooms } from "./rooms.tsx";
export { Tokens } from "./tokens.tsx";
export { UsagePage } from "./usage.tsx";
export { UserPage } from "./user.tsx";
export { Users } from "./users.tsx";
