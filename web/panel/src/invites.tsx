// Invitations to a site: made with a link to give or to scan, listed, and taken back.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Act, Card, Dialog, Page, Secret, Shown, Table } from "./parts.tsx";
import { Qr } from "./qr.tsx";
import { useLoad, useMay, useSite } from "./session.tsx";
import { useWords } from "./words.ts";

export function Invites() {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [made, setMade] = useState<Schemas["NewInvite"]>();
  const list = useLoad(() => ask("GET /v1/invites", { tenant }), [tenant]);
  const revoke = async (id: number) => {
    await ask("DELETE /v1/invites/{id}", { tenant, path: { id: String(id) } });
    list.again();
  };
  return (
    <Page title={say("invites")}>
      {may("POST /v1/invites") && (
        <Card title={say("inviteNew")}>
          <Form
            label={say("make")}
            place={({ message }) => (/days|lasts/i.test(message) ? "days" : "username")}
            fields={[
              { name: "username", label: say("inviteName"), hint: say("inviteNameHint"), ltr: true },
              {
                name: "days",
                label: say("inviteDays"),
                type: "number",
                value: "7",
                required: true,
                check: (v) => (Number(v) >= 1 && Number(v) <= 30 ? undefined : say("inviteDaysWrong")),
              },
            ]}
            submit={async ({ username, days }) => {
              const body = { account: true, ...(username && { username }), lasts_s: Number(days) * 86400 };
              setMade(await ask("POST /v1/invites", { tenant, body }));
              list.again();
            }}
          />
        </Card>
      )}
      <Shown of={list}>
        {({ invites }) => (
          <Table
            label={say("invites")}
            rows={invites}
            keyOf={({ id }) => id}
            empty={say("invitesNone")}
            columns={[
              { label: say("inviteName"), show: ({ username }) => <bdi>{username ?? say("inviteAny")}</bdi> },
              { label: say("created"), show: ({ created }) => say.date(created) },
              { label: say("expires"), show: ({ expires }) => say.time(expires) },
              {
                label: say("actions"),
                show: ({ id }) => may("DELETE /v1/invites/{id}") && <Act label={say("revoke")} kind="button-small" act={() => revoke(id)} />,
              },
            ]}
          />
        )}
      </Shown>
      {made && (
        <Dialog title={say("inviteMade")} close={() => setMade(undefined)}>
          <p class="notice">{say("shownOnce")}</p>
          <Secret label={say("inviteUrl")} text={made.url} />
          <p class="hint">{say("inviteScan")}</p>
          <Qr text={made.url} label={say("inviteQr")} />
          <Secret label={say("inviteUri")} text={made.uri} />
          <div class="buttons">
            <button type="button" class="button button-main" onClick={() => setMade(undefined)}>
              {say("kept")}
            </button>
          </div>
        </Dialog>
      )}
    </Page>
  );
}
