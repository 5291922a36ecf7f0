// One room of a site: how it is set, people with a role in it, bans, and what was said there, which may be taken back.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Act, Card, Dialog, Facts, More, Page, Shown, Table, Tag, usePages } from "./parts.tsx";
import { go, hrefOf, Link } from "./route.tsx";
import { useLoad, useMay, useSite } from "./session.tsx";
import { useWords } from "./words.ts";

type Room = Schemas["Room"];
type Message = Schemas["Message"];
const memberRoles = ["member", "admin", "owner", "outcast"] as const;
type MemberRole = (typeof memberRoles)[number];

/** Everybody with a role, and those who may not enter. Which role it is the API does not say. */
export function membersOf({ members, banned }: Room): { user: string; isBanned: boolean }[] {
  return [...members.map((user) => ({ user, isBanned: false })), ...banned.map((user) => ({ user, isBanned: true }))];
}

function Members({ room, changed }: { room: Room; changed: () => void }) {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const { id } = room;
  const set = async (user: string, role: MemberRole) => {
    await ask("PUT /v1/rooms/{id}/members/{user}", { tenant, path: { id, user }, body: { role } });
    changed();
  };
  const take = async (user: string) => {
    await ask("DELETE /v1/rooms/{id}/members/{user}", { tenant, path: { id, user } });
    changed();
  };
  return (
    <Card title={say("members")}>
      <Table
        label={say("members")}
        rows={membersOf(room)}
        keyOf={({ user }) => user}
        empty={say("membersNone")}
        columns={[
          {
            label: say("userId"),
            show: ({ user }) => (
              <Link to={hrefOf("site", tenant, "users", user)}>
                <bdi>{user}</bdi>
              </Link>
            ),
          },
          {
            label: say("state"),
            show: ({ isBanned }) => <Tag kind={isBanned ? "bad" : "plain"}>{say(isBanned ? "member_outcast" : "memberAny")}</Tag>,
          },
          {
            label: say("actions"),
            show: ({ user, isBanned }) => (
              <span class="buttons">
                {may("DELETE /v1/rooms/{id}/members/{user}") && (
                  <Act label={say(isBanned ? "unban" : "memberTake")} kind="button-small" act={() => take(user)} />
                )}
                {!isBanned && may("PUT /v1/rooms/{id}/members/{user}") && (
                  <Act label={say("ban")} kind="button-small button-danger" act={() => set(user, "outcast")} />
                )}
              </span>
            ),
          },
        ]}
      />
      {may("PUT /v1/rooms/{id}/members/{user}") && (
        <Form
          label={say("memberSet")}
          done={say("saved")}
          place={() => "user"}
          fields={[
            { name: "user", label: say("userId"), required: true, ltr: true },
            { name: "role", label: say("role"), type: "select", value: "member", options: memberRoles.map((role) => [role, say(`member_${role}`)]) },
          ]}
          submit={({ user = "", role = "member" }) => set(user, role as MemberRole)}
        />
      )}
    </Card>
  );
}

function Settings({ room, changed }: { room: Room; changed: () => void }) {
  const say = useWords();
  const { name: tenant } = useSite();
  const flag = (on: boolean) => (on ? "on" : "");
  return (
    <Card title={say("settings")}>
      <Form
        label={say("save")}
        done={say("saved")}
        place={({ message }) => (/subject/i.test(message) ? "subject" : /description/i.test(message) ? "description" : "name")}
        fields={[
          { name: "name", label: say("shownName"), value: room.name },
          { name: "subject", label: say("subject"), value: room.subject },
          { name: "description", label: say("description"), value: room.description },
          { name: "public", label: say("roomListed"), type: "switch", value: flag(room.public) },
          { name: "members_only", label: say("roomMembersOnly"), type: "switch", value: flag(room.members_only) },
          { name: "moderated", label: say("roomModerated"), hint: say("roomModeratedHint"), type: "switch", value: flag(room.moderated) },
        ]}
        submit={async ({ name, subject, description, ...flags }) => {
          const body = {
            name,
            description,
            ...(subject !== room.subject && { subject }),
            public: flags.public === "on",
            members_only: flags.members_only === "on",
            moderated: flags.moderated === "on",
          };
          await ask("PUT /v1/rooms/{id}", { tenant, path: { id: room.id }, body });
          changed();
        }}
      />
    </Card>
  );
}

function TakeBack({ id, message, close, done }: { id: string; message: Message; close: () => void; done: () => void }) {
  const say = useWords();
  const { name: tenant } = useSite();
  return (
    <Dialog title={say("takeBack")} close={close}>
      <p>{say("takeBackHint")}</p>
      <blockquote>
        <bdi>{message.text}</bdi>
      </blockquote>
      <Form
        label={say("takeBack")}
        danger
        cancel={close}
        place={() => "reason"}
        fields={[{ name: "reason", label: say("reason"), hint: say("takeBackReason") }]}
        submit={async ({ reason }) => {
          await ask("DELETE /v1/rooms/{id}/messages/{message}", { tenant, path: { id, message: message.id }, query: { reason } });
          close();
          done();
        }}
      />
    </Dialog>
  );
}

/** The newest first. The API's page has the oldest first. */
function Messages({ id }: { id: string }) {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [taken, setTaken] = useState<Message>();
  const list = usePages("GET /v1/rooms/{id}/messages", ({ messages }) => [...messages].reverse(), { tenant, path: { id } });
  return (
    <Card title={say("messages")}>
      <Shown of={list}>
        {(rows) => (
          <Table
            label={say("messages")}
            rows={rows}
            keyOf={({ id }) => id}
            empty={say("messagesNone")}
            columns={[
              { label: say("at"), show: ({ at }) => say.time(at) },
              { label: say("who"), show: ({ nick, from }) => <bdi>{nick || from || "–"}</bdi> },
              {
                label: say("message"),
                show: ({ text }) => (
                  <bdi class="long said" dir="auto">
                    {text}
                  </bdi>
                ),
              },
              {
                label: say("actions"),
                show: (message) =>
                  may("DELETE /v1/rooms/{id}/messages/{message}") && (
                    <button type="button" class="button button-small" onClick={() => setTaken(message)}>
                      {say("takeBack")}
                    </button>
                  ),
              },
            ]}
          />
        )}
      </Shown>
      <More more={list.more} />
      {taken && <TakeBack id={id} message={taken} close={() => setTaken(undefined)} done={list.again} />}
    </Card>
  );
}

function Remove({ id, close }: { id: string; close: () => void }) {
  const say = useWords();
  const { name: tenant } = useSite();
  return (
    <Dialog title={say("removeTitle", { name: id })} close={close}>
      <p>{say("removeRoomHint")}</p>
      <Form
        label={say("removeForEver")}
        danger
        cancel={close}
        place={() => "id"}
        fields={[
          {
            name: "id",
            label: say("typeName", { name: id }),
            required: true,
            ltr: true,
            check: (v) => (v.trim() === id ? undefined : say("typeNameWrong")),
          },
        ]}
        submit={async () => {
          await ask("DELETE /v1/rooms/{id}", { tenant, path: { id } });
          go(hrefOf("site", tenant, "rooms"));
        }}
      />
    </Dialog>
  );
}

export function RoomPage({ id }: { id: string }) {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [removing, setRemoving] = useState(false);
  const room = useLoad(() => ask("GET /v1/rooms/{id}", { tenant, path: { id } }), [id]);
  return (
    <Page
      title={id}
      actions={
        room.value &&
        may("DELETE /v1/rooms/{id}") && (
          <button type="button" class="button button-danger" onClick={() => setRemoving(true)}>
            {say("remove")}
          </button>
        )
      }
    >
      <p>
        <Link to={hrefOf("site", tenant, "rooms")}>{say("roomsBack")}</Link>
      </p>
      <Shown of={room}>
        {(value) => (
          <>
            <Card title={say("overview")}>
              <Facts
                rows={[
                  [say("shownName"), <bdi key="name">{value.name || "–"}</bdi>],
                  [say("subject"), <bdi key="subject">{value.subject || "–"}</bdi>],
                  [say("occupants"), say.number(value.occupants)],
                  [say("address"), <bdi key="jid">{value.jid}</bdi>],
                ]}
              />
            </Card>
            <Members room={value} changed={room.again} />
            {may("GET /v1/rooms/{id}/messages") && <Messages id={id} />}
            {may("PUT /v1/rooms/{id}") && <Settings room={value} changed={room.again} />}
          </>
        )}
      </Shown>
      {removing && <Remove id={id} close={() => setRemoving(false)} />}
    </Page>
  );
}
