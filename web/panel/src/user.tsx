// One user of a site: what others see, role and password, sessions and devices, notifications, the test of calls, and the end of it.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask, type Refused } from "./api.ts";
import { CallTest } from "./call-test.tsx";
import { download } from "./download.ts";
import { Form } from "./form.tsx";
import { userExport } from "./leave.tsx";
import { Act, Card, Dialog, Facts, Page, Shown, Table, Tag } from "./parts.tsx";
import { go, hrefOf, Link } from "./route.tsx";
import { useLoad, useMay, useSite } from "./session.tsx";
import { useWords } from "./words.ts";

type User = Schemas["User"];
const roles = ["user", "moderator", "admin"] as const;

function Change({ user, changed }: { user: User; changed: () => void }) {
  const say = useWords();
  const { name: tenant } = useSite();
  return (
    <Card title={say("settings")}>
      <Form
        label={say("save")}
        done={say("saved")}
        place={({ message }) => (/password/i.test(message) ? "password" : "name")}
        fields={[
          { name: "name", label: say("shownName"), value: user.name === user.id ? "" : user.name },
          { name: "role", label: say("role"), type: "select", value: user.role, options: roles.map((role) => [role, say(`userRole_${role}`)]) },
          { name: "password", label: say("userPassword"), type: "password", hint: say("userPasswordHint"), autocomplete: "new-password" },
        ]}
        submit={async ({ name, role, password }) => {
          const body = { name, role: role as User["role"], ...(password && { password }) };
          await ask("PUT /v1/users/{id}", { tenant, path: { id: user.id }, body });
          changed();
        }}
      />
    </Card>
  );
}

/** Programs that may use the account, and sessions that are there now. */
function Devices({ id }: { id: string }) {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const list = useLoad(() => ask("GET /v1/users/{id}/devices", { tenant, path: { id } }), [id]);
  const end = async (device: string) => {
    await ask("DELETE /v1/users/{id}/devices/{device}", { tenant, path: { id, device } });
    list.again();
  };
  const endAll = async () => {
    await ask("DELETE /v1/users/{id}/devices", { tenant, path: { id } });
    list.again();
  };
  return (
    <Card
      title={say("devices")}
      actions={may("DELETE /v1/users/{id}/devices") && Boolean(list.value?.devices.length) && <Act label={say("devicesEndAll")} act={endAll} />}
    >
      <Shown of={list}>
        {({ devices }) => (
          <Table
            label={say("devices")}
            rows={devices}
            keyOf={({ id }) => id}
            empty={say("devicesNone")}
            columns={[
              { label: say("device"), show: ({ software, device }) => <bdi>{[software, device].filter(Boolean).join(", ") || "–"}</bdi> },
              {
                label: say("state"),
                show: ({ connected }) => (connected ? <Tag kind="good">{say("connected")}</Tag> : <Tag kind="plain">{say("away")}</Tag>),
              },
              { label: say("sessionUsed"), show: ({ last_seen }) => say.time(last_seen) },
              {
                label: say("actions"),
                show: (device) =>
                  may("DELETE /v1/users/{id}/devices/{device}") && <Act label={say("signOut")} kind="button-small" act={() => end(device.id)} />,
              },
            ]}
          />
        )}
      </Shown>
    </Card>
  );
}

/** The devices that a push wakes, and what came of the last one, or of a test. */
function Pushes({ id }: { id: string }) {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [tests, setTests] = useState<Schemas["PushTests"]["devices"]>();
  const list = useLoad(() => ask("GET /v1/users/{id}/push", { tenant, path: { id } }), [id]);
  const test = async () => {
    setTests(undefined);
    const { devices } = await ask("POST /v1/users/{id}/push/test", { tenant, path: { id } }).catch((refused: Refused) => {
      if (refused.status === 404) return { devices: [] }; // there is no device
      throw refused;
    });
    setTests(devices);
    list.again();
  };
  const end = async (device: string) => {
    await ask("DELETE /v1/users/{id}/push/{device}", { tenant, path: { id, device } });
    list.again();
  };
  return (
    <Card title={say("pushes")} actions={may("POST /v1/users/{id}/push/test") && <Act label={say("pushTest")} act={test} />}>
      <Shown of={list}>
        {({ devices }) => (
          <Table
            label={say("pushes")}
            rows={devices}
            keyOf={({ id }) => id}
            empty={say("pushNone")}
            columns={[
              { label: say("device"), show: ({ name, service }) => <bdi>{name || service}</bdi> },
              { label: say("pushLast"), show: ({ last }) => (last ? `${say(`push_${last.result}`)} (${say.time(last.at)})` : "–") },
              {
                label: say("actions"),
                show: (device) =>
                  may("DELETE /v1/users/{id}/push/{device}") && <Act label={say("remove")} kind="button-small" act={() => end(device.id)} />,
              },
            ]}
          />
        )}
      </Shown>
      <div role="status">
        {tests && !tests.length && <p>{say("pushTestNone")}</p>}
        {tests && tests.length > 0 && (
          <ul class="plain">
            {tests.map(({ id, name, service, result, detail }) => (
              <li key={id}>
                <bdi>{name || service}</bdi>: {say(`push_${result}`)} {detail && <bdi>{detail}</bdi>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

/** The id must be typed: nothing of it comes back. */
function Erase({ user, close }: { user: User; close: () => void }) {
  const say = useWords();
  const { name: tenant } = useSite();
  return (
    <Dialog title={say("removeTitle", { name: user.id })} close={close}>
      <p>{say("removeUserHint")}</p>
      <Form
        label={say("removeForEver")}
        danger
        cancel={close}
        place={() => "id"}
        fields={[
          {
            name: "id",
            label: say("typeName", { name: user.id }),
            required: true,
            ltr: true,
            check: (v) => (v.trim() === user.id ? undefined : say("typeNameWrong")),
          },
        ]}
        submit={async () => {
          await ask("DELETE /v1/users/{id}", { tenant, path: { id: user.id } });
          go(hrefOf("site", tenant, "users"));
        }}
      />
    </Dialog>
  );
}

function Overview({ user, changed }: { user: User; changed: () => void }) {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [erasing, setErasing] = useState(false);
  const path = { id: user.id };
  const status = useLoad(() => ask("GET /v1/users/{id}/status", { tenant, path }), [user.id]);
  const toggle = async () => {
    await ask("PUT /v1/users/{id}", { tenant, path, body: { disabled: !user.disabled } });
    changed();
  };
  return (
    <Card
      title={say("overview")}
      actions={
        <>
          {may(userExport) && <Act label={say("userExport")} act={() => download(userExport, { tenant, path }, `${user.id}.tar`)} />}
          {may("PUT /v1/users/{id}") && <Act label={user.disabled ? say("enable") : say("disable")} act={toggle} />}
          {may("DELETE /v1/users/{id}") && (
            <button type="button" class="button button-danger" onClick={() => setErasing(true)}>
              {say("erase")}
            </button>
          )}
        </>
      }
    >
      <Facts
        rows={[
          [say("state"), user.disabled ? <Tag kind="bad">{say("disabled")}</Tag> : <Tag kind="good">{say("active")}</Tag>],
          [say("presence"), status.value ? say(`presence_${status.value.status}`) : "–"],
          [say("shownName"), <bdi key="name">{user.name}</bdi>],
          [say("address"), <bdi key="jid">{user.jid}</bdi>],
          [say("role"), say(`userRole_${user.role ?? "user"}`)],
          [say("userPassword"), user.has_password ? say("on") : say("off")],
          ...(user.created ? [[say("created"), say.date(user.created)] as [string, string]] : []),
        ]}
      />
      {user.disabled && <p class="notice">{say("disabledHint")}</p>}
      {erasing && <Erase user={user} close={() => setErasing(false)} />}
    </Card>
  );
}

export function UserPage({ id }: { id: string }) {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const user = useLoad(() => ask("GET /v1/users/{id}", { tenant, path: { id } }), [id]);
  return (
    <Page title={id}>
      <p>
        <Link to={hrefOf("site", tenant, "users")}>{say("usersBack")}</Link>
      </p>
      <Shown of={user}>
        {(value) => (
          <>
            <Overview user={value} changed={user.again} />
            {may("PUT /v1/users/{id}") && <Change key={value.role} user={value} changed={user.again} />}
            {may("GET /v1/users/{id}/devices") && <Devices key={String(value.disabled)} id={id} />}
            {may("GET /v1/users/{id}/push") && <Pushes id={id} />}
            {may("POST /v1/users/{id}/relay-credentials") && <CallTest user={id} />}
          </>
        )}
      </Shown>
    </Page>
  );
}
