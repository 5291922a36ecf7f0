// The rooms of a site: found, paged through, made.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Card, Dialog, More, Page, Shown, Table, usePages } from "./parts.tsx";
import { go, hrefOf, Link } from "./route.tsx";
import { useMay, useSite } from "./session.tsx";
import { useWords } from "./words.ts";

type Room = Schemas["Room"];

export function Rooms() {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [making, setMaking] = useState(false);
  const open = (id: string) => go(hrefOf("site", tenant, "rooms", id));
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
      <Card>
        <Form
          label={say("open")}
          fields={[{ name: "id", label: say("roomFind"), hint: say("roomFindHint"), required: true, ltr: true }]}
          place={() => "id"}
          submit={async ({ id = "" }) => open((await ask("GET /v1/rooms/{id}", { tenant, path: { id } })).id)}
        />
      </Card>
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
                show: ({ id, name }) => (
                  <Link to={hrefOf("site", tenant, "rooms", id)}>
                    <strong>
                      <bdi>{id}</bdi>
                    </strong>
                    {name && name !== id && (
                      <span class="sub">
                        <bdi>{name}</bdi>
                      </span>
                    )}
                  </Link>
                ),
              },
              { label: say("members"), show: ({ members }) => say.number(members.length) },
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
              open(id);
            }}
          />
        </Dialog>
      )}
    </Page>
  );
}
