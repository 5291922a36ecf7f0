// The users of a site: searched, paged through, made.
import { useState } from "preact/hooks";
import { ask } from "./api.ts";
import { Form } from "./form.tsx";
import { Dialog, More, Page, Shown, Table, Tag, usePages } from "./parts.tsx";
import { go, hrefOf, Link } from "./route.tsx";
import { useMay, useSite } from "./session.tsx";
import { useSettled } from "./tenants.tsx";
import { useWords } from "./words.ts";

function Make({ close }: { close: () => void }) {
  const say = useWords();
  const { name: tenant } = useSite();
  return (
    <Dialog title={say("userNew")} close={close}>
      <Form
        label={say("make")}
        cancel={close}
        place={({ message }) => (/password/i.test(message) ? "password" : "id")}
        fields={[
          { name: "id", label: say("userId"), hint: say("userIdHint"), required: true, ltr: true },
          { name: "name", label: say("shownName") },
          { name: "password", label: say("userPassword"), type: "password", hint: say("userPasswordHint"), autocomplete: "new-password" },
        ]}
        submit={async ({ id = "", name, password }) => {
          await ask("PUT /v1/users/{id}", { tenant, path: { id }, body: { ...(name && { name }), ...(password && { password }) } });
          go(hrefOf("site", tenant, "users", id));
        }}
      />
    </Dialog>
  );
}

export function Users() {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const [making, setMaking] = useState(false);
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim());
  const list = usePages("GET /v1/users", ({ users }) => users, { tenant, query: { search } });
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
      <search class="filters">
        <label>
          <span>{say("search")}</span>
          <input
            type="search"
            value={typed}
            maxLength={100}
            placeholder={say("userSearchHint")}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      </search>
      <Shown of={list}>
        {(rows) => (
          <Table
            label={say("users")}
            rows={rows}
            keyOf={({ jid }) => jid}
            empty={say(search ? "usersNoMatch" : "usersNone")}
            columns={[
              {
                label: say("userId"),
                show: ({ id, name }) => (
                  <Link to={hrefOf("site", tenant, "users", id)}>
                    <strong>
                      <bdi>{id}</bdi>
                    </strong>
                    {name !== id && (
                      <span class="sub">
                        <bdi>{name}</bdi>
                      </span>
                    )}
                  </Link>
                ),
              },
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
      {making && <Make close={() => setMaking(false)} />}
    </Page>
  );
}
