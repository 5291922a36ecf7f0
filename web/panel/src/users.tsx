// The users of a site: found, made, changed, disabled, removed, and told by a test notification.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Act, Card, Dialog, Facts, More, Page, Shown, Table, Tag, usePages } from "./parts.tsx";
import { useMay, useSite } from "./session.tsx";
import { useWords } from "./words.ts";

type User = Schemas["User"];

function UserWindow({ user, close, changed }: { user: User; close: () => void; changed: () => void }) {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [tests, setTests] = useState<Schemas["PushTests"]>();
  const [removing, setRemoving] = useState(false);
  const path = { id: user.id };
  const disable = async () => {
    await ask("PUT /v1/users/{id}", { tenant, path, body: { disabled: !user.disabled } });
    changed();
    close();
  };
  const test = async () => setTests(await ask("POST /v1/users/{id}/push/test", { tenant, path }));
  if (removing) {
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
            await ask("DELETE /v1/users/{id}", { tenant, path });
            changed();
            close();
          }}
        />
      </Dialog>
    );
  }
  return (
    <Dialog title={user.name} close={close}>
      <Facts
        rows={[
          [say("userId"), <bdi key="id">{user.id}</bdi>],
          [
            say("address"),
            <bdi key="jid" class="long">
              {user.jid}
            </bdi>,
          ],
          [say("state"), user.disabled ? <Tag kind="bad">{say("disabled")}</Tag> : <Tag kind="good">{say("active")}</Tag>],
        ]}
      />
      {may("PUT /v1/users/{id}") && (
        <Form
          label={say("save")}
          place={({ message }) => (/picture/i.test(message) ? "picture" : /password/i.test(message) ? "password" : undefined)}
          fields={[
            { name: "name", label: say("shownName"), value: user.name === user.id ? "" : user.name },
            {
              name: "role",
              label: say("role"),
              type: "select",
              value: user.role,
              options: (["user", "moderator", "admin"] as const).map((role) => [role, say(`userRole_${role}`)]),
            },
            { name: "password", label: say("userPassword"), type: "password", hint: say("userPasswordHint"), autocomplete: "new-password" },
          ]}
          submit={async ({ name, role, password }) => {
            await ask("PUT /v1/users/{id}", { tenant, path, body: { name, role: role as User["role"], ...(password && { password }) } });
            changed();
            close();
          }}
        />
      )}
      <div class="buttons buttons-more">
        {may("POST /v1/users/{id}/push/test") && <Act label={say("pushTest")} act={test} />}
        {may("PUT /v1/users/{id}") && <Act label={user.disabled ? say("enable") : say("disable")} act={disable} />}
        {may("DELETE /v1/users/{id}") && (
          <button type="button" class="button button-danger" onClick={() => setRemoving(true)}>
            {say("remove")}
          </button>
        )}
        <button type="button" class="button" onClick={close}>
          {say("close")}
        </button>
      </div>
      {tests && (
        <div role="status">
          {tests.devices.length ? (
            <ul class="plain">
              {tests.devices.map(({ id, name, service, result, detail }) => (
                <li key={id}>
                  <strong>{name || service}</strong>: {result} {detail}
                </li>
              ))}
            </ul>
          ) : (
            <p>{say("pushNone")}</p>
          )}
        </div>
      )}
    </Dialog>
  );
}

export function Users() {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<User>();
  const list = usePages("GET /v1/users", ({ users }) => users, { tenant });
  return (
    <Page
      title={say("users")}
      actions={
        may("PUT /v1/users/{id}") && (
          <button type="button" class="button button-main" onClick={() => setMaking(true)}>
            {say("userNew")}
          </button>
        )
      }
    >
      <Card>
        <Form
          label={say("open")}
          fields={[{ name: "id", label: say("userFind"), hint: say("userFindHint"), required: true, ltr: true }]}
          place={() => "id"}
          submit={async ({ id = "" }) => setShown(await ask("GET /v1/users/{id}", { tenant, path: { id } }))}
        />
      </Card>
      <Shown of={list}>
        {(rows) => (
          <Table
            label={say("users")}
            rows={rows}
            keyOf={({ jid }) => jid}
            empty={say("usersNone")}
            columns={[
              {
                label: say("userId"),
                show: (user) => (
                  <button type="button" class="link" onClick={() => setShown(user)}>
                    <bdi>{user.id}</bdi>
                  </button>
                ),
              },
              { label: say("shownName"), show: ({ name }) => <bdi>{name}</bdi> },
              { label: say("role"), show: ({ role }) => say(`userRole_${role ?? "user"}`) },
              {
                label: say("state"),
                show: ({ disabled }) => (disabled ? <Tag kind="bad">{say("disabled")}</Tag> : <Tag kind="good">{say("active")}</Tag>),
              },
              { label: say("created"), show: ({ created }) => (created ? say.date(created) : "–") },
            ]}
          />
        )}
      </Shown>
      <More more={list.more} />
      {shown && <UserWindow user={shown} close={() => setShown(undefined)} changed={list.again} />}
      {making && (
        <Dialog title={say("userNew")} close={() => setMaking(false)}>
          <Form
            label={say("make")}
            cancel={() => setMaking(false)}
            place={({ message }) => (/password/i.test(message) ? "password" : "id")}
            fields={[
              { name: "id", label: say("userId"), hint: say("userIdHint"), required: true, ltr: true },
              { name: "name", label: say("shownName") },
              { name: "password", label: say("userPassword"), type: "password", hint: say("userPasswordHint"), autocomplete: "new-password" },
            ]}
            submit={async ({ id = "", name, password }) => {
              await ask("PUT /v1/users/{id}", { tenant, path: { id }, body: { ...(name && { name }), ...(password && { password }) } });
              setMaking(false);
              list.again();
            }}
          />
        </Dialog>
      )}
    </Page>
  );
}
