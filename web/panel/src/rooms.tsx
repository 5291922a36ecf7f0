// The rooms of a site, and who has which role in them.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Act, Dialog, Facts, More, Page, Shown, Table, usePages } from "./parts.tsx";
import { useLoad, useMay, useSite } from "./session.tsx";
import { useWords } from "./words.ts";

type Room = Schemas["Room"];
const memberRoles = ["member", "admin", "owner", "outcast"] as const;

function RoomWindow({ id, close, changed }: { id: string; close: () => void; changed: () => void }) {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [removing, setRemoving] = useState(false);
  const path = { id };
  const room = useLoad(() => ask("GET /v1/rooms/{id}", { tenant, path }), [id]);
  const take = async (user: string) => {
    await ask("DELETE /v1/rooms/{id}/members/{user}", { tenant, path: { id, user } });
    room.again();
  };
  if (removing) {
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
            await ask("DELETE /v1/rooms/{id}", { tenant, path });
            changed();
            close();
          }}
        />
      </Dialog>
    );
  }
  return (
    <Dialog title={id} close={close}>
      <Shown of={room}>
        {(value) => (
          <>
            <Facts
              rows={[
                [say("shownName"), value.name || "–"],
                [say("subject"), value.subject || "–"],
                [say("occupants"), say.number(value.occupants)],
                [say("members"), ""],
              ]}
            />
            <Table
              label={say("members")}
              rows={value.members}
              keyOf={(user) => user}
              empty={say("membersNone")}
              columns={[
                { label: say("userId"), show: (user) => <bdi>{user}</bdi> },
                {
                  label: say("actions"),
                  show: (user) =>
                    may("DELETE /v1/rooms/{id}/members/{user}") && <Act label={say("memberTake")} kind="button-small" act={() => take(user)} />,
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
                  {
                    name: "role",
                    label: say("role"),
                    type: "select",
                    value: "member",
                    options: memberRoles.map((role) => [role, say(`member_${role}`)]),
                  },
                ]}
                submit={async ({ user = "", role = "member" }) => {
                  await ask("PUT /v1/rooms/{id}/members/{user}", {
                    tenant,
                    path: { id, user },
                    body: { role: role as (typeof memberRoles)[number] },
                  });
                  room.again();
                }}
              />
            )}
          </>
        )}
      </Shown>
      <div class="buttons buttons-more">
        {may("DELETE /v1/rooms/{id}") && (
          <button type="button" class="button button-danger" onClick={() => setRemoving(true)}>
            {say("remove")}
          </button>
        )}
        <button type="button" class="button" onClick={close}>
          {say("close")}
        </button>
      </div>
    </Dialog>
  );
}

export function Rooms() {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<string>();
  const list = usePages("GET /v1/rooms", ({ rooms }) => rooms, { tenant });
  return (
    <Page
      title={say("rooms")}
      actions={
        may("PUT /v1/rooms/{id}") && (
          <button type="button" class="button button-main" onClick={() => setMaking(true)}>
            {say("roomNew")}
          </button>
        )
      }
    >
      <Shown of={list}>
        {(rows) => (
          <Table
            label={say("rooms")}
            rows={rows}
            keyOf={({ jid }) => jid}
            empty={say("roomsNone")}
            columns={[
              {
                label: say("roomId"),
                show: ({ id }) => (
                  <button type="button" class="link" onClick={() => setShown(id)}>
                    <bdi>{id}</bdi>
                  </button>
                ),
              },
              { label: say("shownName"), show: ({ name }) => <bdi>{name || "–"}</bdi> },
              { label: say("occupants"), show: ({ occupants }) => say.number(occupants) },
              {
                label: say("roomKind"),
                show: (room: Room) => say(room.members_only ? "roomMembersOnly" : room.public ? "roomPublic" : "roomHidden"),
              },
            ]}
          />
        )}
      </Shown>
      <More more={list.more} />
      {shown && <RoomWindow id={shown} close={() => setShown(undefined)} changed={list.again} />}
      {making && (
        <Dialog title={say("roomNew")} close={() => setMaking(false)}>
          <Form
            label={say("make")}
            cancel={() => setMaking(false)}
            place={() => "id"}
            fields={[
              { name: "id", label: say("roomId"), hint: say("roomIdHint"), required: true, ltr: true },
              { name: "name", label: say("shownName") },
              { name: "members_only", label: say("roomMembersOnly"), type: "switch" },
            ]}
            submit={async ({ id = "", name, members_only }) => {
              await ask("PUT /v1/rooms/{id}", { tenant, path: { id }, body: { name, members_only: members_only === "on" } });
              setMaking(false);
              list.again();
            }}
          />
        </Dialog>
      )}
    </Page>
  );
}
