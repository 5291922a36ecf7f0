// A room's call: everybody in a grid, or one large and the others small; what happens; and what the user can do. Afterwards: why it is over.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Conversation } from "../../../chat/model.ts";
import { trapTab } from "../../../ui/focus.ts";
import { IconButton } from "../../../ui/icon-button.tsx";
import type { GroupStrings } from "../../../strings/group.ts";
import { speakers, type SinkAudio } from "../../ui/stage.tsx";
import { useFrame } from "../../ui/frame.ts";
import { CallButton, problemText } from "../../ui/views.tsx";
import { Length } from "../../ui/window.tsx";
import type { GroupEnd, Member } from "../conference.ts";
import type { Group, Note } from "../group.ts";
import { GroupControls } from "./controls.tsx";
import { Tile, type TileProps } from "./tile.tsx";
import type { GroupShown } from "./views.tsx";

const ends: Record<GroupEnd, keyof GroupStrings> = {
  full: "endFull",
  removed: "endRemoved",
  room: "endRoom",
  elsewhere: "endElsewhere",
  unanswered: "endUnanswered",
  offline: "endOffline",
  service: "endService",
};
const noteTexts: Record<Note["kind"], keyof GroupStrings> = {
  joined: "joined",
  left: "left",
  silenced: "silenced",
  refused: "refused",
  stays: "stays",
  hand: "handOf",
  moved: "moved",
};

function stateText({ group, t, g }: GroupShown): string {
  const { conference, end } = group;
  if (end === "full" && group.most === undefined) return g("endFullSome");
  if (end) return g(ends[end], { n: group.most ?? 0 });
  if (group.asking && !group.studio && !group.problem) return t(group.video ? "askingVideo" : "asking");
  if (conference && !conference.inside) return g("entering");
  if (conference?.lost) return g("lost");
  if (conference?.voiceless) return g("voiceless");
  return conference?.inside && conference.members.length === 0 ? g("alone") : "";
}

/** The browser may keep a track whose stream is made anew; so each track has one stream here. */
const streams = new WeakMap<MediaStreamTrack, MediaStream>();
function streamOf(track: MediaStreamTrack | null): MediaStream | null {
  if (!track) return null;
  const known = streams.get(track) ?? new MediaStream([track]);
  streams.set(track, known);
  return known;
}

/** Everybody's pictures, the user's last; screens come first. */
function makeTiles({ group, chat, g, nameOf }: GroupShown): TileProps[] {
  const { conference, studio, speakers: heard } = group;
  const members = conference?.members ?? [];
  const me = chat.store.me;
  const own = group.room?.room?.nick ?? me.name;
  const face = (member: Member): TileProps => {
    const name = nameOf(member.nick);
    const jid = group.occupant(member.nick)?.jid;
    chat.people.want(jid);
    const { id, muted, hand } = member;
    return { id, name, label: name, picture: chat.store.picture(jid), stream: member.stream("video"), member, muted, hand, speaks: heard.isLoud(id) };
  };
  const screens = members.flatMap((member): TileProps[] => {
    const stream = member.stream("screen");
    const name = nameOf(member.nick);
    const label = g("screenOf", { name });
    return stream ? [{ id: `${member.id}-screen`, name, label, stream, member, muted: false, hand: false, speaks: false, screen: true }] : [];
  });
  const ownScreen = streamOf(studio?.screen ?? null);
  const plain = { name: nameOf(own), muted: false, hand: false, speaks: false };
  return [
    ...screens,
    ...(ownScreen ? [{ ...plain, id: "own-screen", label: g("ownScreen"), stream: ownScreen, screen: true }] : []),
    ...members.map(face),
    {
      ...plain,
      id: "own",
      label: g("you"),
      picture: chat.store.picture(me.jid),
      stream: streamOf(studio?.camera ?? null),
      muted: studio?.muted === true,
      hand: group.hand,
      mirrored: true,
    },
  ];
}

/** Who stands on the stage: whom the user chose, a screen, who speaks, or the first. */
function onStage(tiles: TileProps[], pinned: string | null, speaker: string | null): string {
  const find = (id: string | null): string | undefined => tiles.find((tile) => tile.id === id)?.id;
  return find(pinned) ?? tiles.find(({ screen, id }) => screen && id !== "own-screen")?.id ?? find(speaker) ?? tiles[0]!.id;
}

export function GroupWindow({ shown, conversation }: { shown: GroupShown; conversation: Conversation }): JSX.Element {
  const { group, chat, t, g, roomName, nameOf } = shown;
  const { conference, problem, end } = group;
  const [layout, setLayout] = useState<"grid" | "stage" | null>(null);
  const [pinned, pin] = useState<string | null>(null);
  const [leaver, ask] = useState<Member | null>(null);
  const name = roomName(conversation);
  const { going } = group;
  const { box, small, setSmall, large, setLarge } = useFrame(going);
  const press = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return trapTab(event, box.current!);
    if (leaver) ask(null);
    else if (going) setSmall(true);
    else group.dismiss();
  };
  const tiles = makeTiles(shown);
  const staged = layout === "stage" || (layout === null && tiles.some(({ screen }) => screen));
  const main = staged ? onStage(tiles, pinned, group.speakers.current) : null;
  const ordered = main ? [...tiles].sort((a, b) => Number(b.id === main) - Number(a.id === main)) : tiles;
  const state = stateText(shown);
  const count = (conference?.members.length ?? 0) + 1;
  const again = (video: boolean): void => void group.join(conversation, video);
  return (
    <section
      ref={box}
      class={`call-window call-group ${small ? "call-small" : ""} ${large ? "call-large" : ""} ${going ? "" : "call-over"}`}
      role="dialog"
      aria-label={g("callIn", { name })}
      tabIndex={-1}
      onKeyDown={press}
    >
      <header class="call-header">
        <h2 class="call-name">
          <bdi>{name}</bdi>
        </h2>
        {conference?.inside && <span class="call-length group-count">{g("members", { n: count })}</span>}
        {group.since !== null && going && <Length since={group.since} now={() => chat.now()} />}
        {going && !small && (
          <IconButton
            icon={staged ? "grid" : "stage"}
            label={g(staged ? "grid" : "stage")}
            press={() => {
              setLayout(staged ? "grid" : "stage");
              pin(null);
            }}
          />
        )}
        {going && !small && (
          <IconButton icon={large ? "narrow" : "wide"} label={t(large ? "reduce" : "enlarge")} press={() => setLarge(!large)} class="call-size" />
        )}
        {going && <IconButton icon={small ? "wide" : "down"} label={t(small ? "show" : "shrink")} press={() => setSmall(!small)} />}
        {going && small && <CallButton kind="bad" icon="hangup" label={g("leave")} press={() => group.leave()} />}
        {!going && <IconButton icon="close" label={t("close")} press={() => group.dismiss()} />}
      </header>
      <Voices group={group} />
      {going && !small && (
        <ul
          class={`tiles ${staged ? "tiles-stage" : ""}`}
          data-count={tiles.length}
          style={{ "--columns": String(Math.ceil(Math.sqrt(tiles.length))), "--others": String(Math.max(1, tiles.length - 1)) }}
        >
          {ordered.map((tile) => (
            <Tile
              key={tile.id}
              tile={tile}
              acts={{
                shown,
                pinned: staged && pinned === tile.id,
                pin: () => {
                  const off = staged && pinned === tile.id;
                  pin(off ? null : tile.id);
                  setLayout(off ? null : "stage");
                },
                moderated: group.moderates && tile.member !== undefined && !tile.screen,
                silence: () => tile.member && void (tile.member.voiceless ? group.giveVoice(tile.member) : group.silence(tile.member)),
                remove: () => ask(tile.member ?? null),
              }}
            />
          ))}
        </ul>
      )}
      <div class="group-notes" role="log" aria-live="polite">
        {going &&
          group.notes.map(({ id, kind, nick }) => (
            <p key={id}>
              <bdi>{g(noteTexts[kind], { name: nameOf(nick) })}</bdi>
            </p>
          ))}
      </div>
      {leaver && (
        <div class="group-sure" role="alertdialog" aria-label={g("removeSure", { name: nameOf(leaver.nick) })}>
          <p>{g("removeSure", { name: nameOf(leaver.nick) })}</p>
          <div class="call-answers">
            <CallButton icon="close" label={g("cancel")} press={() => ask(null)} words />
            <CallButton
              kind="bad"
              icon="leave"
              label={g("removeYes")}
              press={() => {
                ask(null);
                void group.remove(leaver);
              }}
              words
            />
          </div>
        </div>
      )}
      <p class={state ? "call-state" : "hidden"} role="status">
        {state}
      </p>
      {problem && (
        <p class="call-problem" role="alert">
          {problemText(problem, t)}
        </p>
      )}
      {!small && (going ? <GroupControls shown={shown} /> : <After shown={shown} end={end} again={again} />)}
    </section>
  );
}

/** They are heard, whatever is seen. */
function Voices({ group }: { group: Group }): JSX.Element {
  return (
    <div hidden>
      {(group.conference?.members ?? []).map((member) => (
        <Voice key={member.id} id={member.id} stream={member.stream("audio")} />
      ))}
    </div>
  );
}

function Voice({ id, stream }: { id: string; stream: MediaStream | null }): JSX.Element {
  const sound = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = sound.current!;
    if (element.srcObject === stream) return;
    element.srcObject = stream;
    if (stream) void element.play().catch(() => {});
    if (speakers.id) void (element as SinkAudio).setSinkId?.(speakers.id).catch(() => {});
  }, [stream]);
  // biome-ignore lint/a11y/useMediaCaption: it is spoken now
  return <audio ref={sound} autoplay data-voice={id} />;
}

function After({ shown, end, again }: { shown: GroupShown; end: GroupEnd | null; again(video: boolean): void }): JSX.Element {
  const { group, t } = shown;
  const { problem, video } = group;
  const lacksCamera = problem?.kind === "device" && problem.error.media === "video";
  return (
    <div class="call-answers">
      <CallButton icon="close" label={t("close")} press={() => group.dismiss()} words />
      {lacksCamera && <CallButton kind="good" icon="phone" label={t("voiceOnly")} press={() => again(false)} words />}
      {end !== "removed" && end !== "room" && (
        <CallButton kind="good" icon={video ? "film" : "phone"} label={t("retry")} press={() => again(video)} words />
      )}
    </div>
  );
}
