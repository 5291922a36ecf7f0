// People of the panel and their roles.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Act, Card, Dialog, Facts, More, Page, Shown, Table, Tag, usePages } from "./parts.tsx";
import { go, hrefOf, Link } from "./route.tsx";
import { useLoad, useMay, useSession } from "./session.tsx";
import { newPassword } from "./sign-in.tsx";
import { useWords } from "./words.ts";

type PersonRole = Schemas["PersonRole"];
const roles = ["owner", "moderate", "agents", "read", "reseller", "operator"] as const;

export function People() {
  const say = useWords();
  const may = useMay();
  const [making, setMaking] = useState(false);
  const list = usePages("GET /operator/v1/persons", ({ persons }) => persons);
  return (
    <Page
      title={say("people")}
      actions={
        may("POST /operator/v1/persons") && (
          <button type="button" class="button button-main" onClick={() => setMaking(true)}>
            {say("personNew")}
          </button>
        )
      }
    >
      <Shown of={list}>
        {(rows) => (
          <Table
            label={say("people")}
            rows={rows}
            keyOf={({ email }) => email}
            empty={say("peopleNone")}
            columns={[
              {
                label: say("yourName"),
                show: (p) => (
                  <Link to={hrefOf("people", p.email)}>
                    <strong>{p.name}</strong>
                    {p.name !== p.email && (
                      <span class="sub">
                        <bdi>{p.email}</bdi>
                      </span>
                    )}
                  </Link>
                ),
              },
              { label: say("roles"), show: (p) => (p.roles.length ? p.roles.map((role) => say.role(role)).join("; ") : say("rolesNone")) },
              { label: say("totp"), show: (p) => (p.totp ? <Tag kind="good">{say("on")}</Tag> : <Tag kind="plain">{say("off")}</Tag>) },
            ]}
          />
        )}
      </Shown>
      <More more={list.more} />
      {making && (
        <Dialog title={say("personNew")} close={() => setMaking(false)}>
          <p class="hint">{say("personNewHint")}</p>
          <Form
            label={say("make")}
            cancel={() => setMaking(false)}
            fields={[
              { name: "email", label: say("email"), type: "email", required: true },
              { name: "name", label: say("yourName") },
              ...newPassword(say),
            ]}
            place={({ status, message }) => (status === 409 || /address/i.test(message) ? "email" : undefined)}
            submit={async ({ email = "", name, password = "" }) => {
              const person = await ask("POST /operator/v1/persons", { body: { email, name, password } });
              go(hrefOf("people", person.email));
            }}
          />
        </Dialog>
      )}
    </Page>
  );
}

function GiveRole({ email, given }: { email: string; given: () => Promise<void> }) {
  const say = useWords();
  return (
    <Form
      label={say("roleGive")}
      done={say("saved")}
      fields={[
        { name: "role", label: say("role"), type: "select", value: "owner", options: roles.map((role) => [role, say.roleName(role)]) },
        {
          name: "place",
          label: say("rolePlace"),
          hint: say("rolePlaceHint"),
          ltr: true,
          check: (place, { role }) =>
            (role === "operator") === Boolean(place.trim()) ? say(role === "operator" ? "roleNoPlace" : "fieldMissing") : undefined,
        },
      ]}
      place={() => "place"}
      submit={async ({ role = "owner", place = "" }) => {
        const where = role === "operator" ? {} : role === "reseller" ? { reseller: place } : { tenant: place };
        await ask("PUT /operator/v1/persons/{email}/role", { path: { email }, body: { role: role as PersonRole["role"], ...where } });
        await given();
      }}
    />
  );
}

export function PersonPage({ email }: { email: string }) {
  const say = useWords();
  const may = useMay();
  const session = useSession();
  const [window, setWindow] = useState<"remove" | "password">();
  const path = { email };
  const loaded = useLoad(() => ask("GET /operator/v1/persons/{email}", { path }), [email]);
  const close = () => setWindow(undefined);
  const isSelf = session.person.email === email;
  const changed = async () => {
    loaded.again();
    if (isSelf) await session.refresh();
  };
  const take = async ({ tenant, reseller }: PersonRole) => {
    await ask("PUT /operator/v1/persons/{email}/role", { path, body: { role: "none", ...(tenant && { tenant }), ...(reseller && { reseller }) } });
    await changed();
  };
  return (
    <Page title={email}>
      <Shown of={loaded}>
        {(person) => (
          <>
            <Card
              title={say("overview")}
              actions={
                !isSelf && (
                  <>
                    {may("PUT /operator/v1/persons/{email}/password") && (
                      <button type="button" class="button" onClick={() => setWindow("password")}>
                        {say("passwordSet")}
                      </button>
                    )}
                    {may("DELETE /operator/v1/persons/{email}") && (
                      <button type="button" class="button button-danger" onClick={() => setWindow("remove")}>
                        {say("remove")}
                      </button>
                    )}
                  </>
                )
              }
            >
              <Facts
                rows={[
                  [say("yourName"), person.name],
                  [say("totp"), person.totp ? say("on") : say("off")],
                  [say("created"), say.date(person.created)],
                ]}
              />
            </Card>
            <Card title={say("roles")}>
              <Table
                label={say("roles")}
                rows={person.roles}
                keyOf={({ role, tenant, reseller }) => `${role} ${tenant} ${reseller}`}
                empty={say("rolesNone")}
                columns={[
                  { label: say("role"), show: (role) => say.role(role) },
                  {
                    label: say("actions"),
                    // Nobody shuts themselves out.
                    show: (role) =>
                      isSelf && role.role === "operator" ? "" : <Act label={say("roleTake")} kind="button-small" act={() => take(role)} />,
                  },
                ]}
              />
              {may("PUT /operator/v1/persons/{email}/role") && <GiveRole email={email} given={changed} />}
            </Card>
            {window === "password" && (
              <Dialog title={say("passwordSet")} close={close}>
                <Form
                  label={say("save")}
                  cancel={close}
                  fields={[...newPassword(say), ...(person.totp ? [{ name: "end_totp", label: say("totpEndToo"), type: "switch" as const }] : [])]}
                  submit={async ({ password = "", end_totp }) => {
                    await ask("PUT /operator/v1/persons/{email}/password", { path, body: { password, end_totp: end_totp === "on" } });
                    close();
                    loaded.again();
                  }}
                />
              </Dialog>
            )}
            {window === "remove" && (
              <Dialog title={say("removeTitle", { name: email })} close={close}>
                <p>{say("removePersonHint")}</p>
                <Form
                  label={say("removeForEver")}
                  danger
                  cancel={close}
                  fields={[
                    {
                      name: "email",
                      label: say("typeName", { name: email }),
                      required: true,
                      ltr: true,
                      check: (v) => (v.trim() === email ? undefined : say("typeNameWrong")),
                    },
                  ]}
                  submit={async () => {
                    await ask("DELETE /operator/v1/persons/{email}", { path });
                    go(hrefOf("people"));
                  }}
                />
              </Dialog>
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}
