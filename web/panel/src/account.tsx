// "My account": password, one-time passwords, sessions.
import { useState } from "preact/hooks";
import { ask, type Refused } from "./api.ts";
import { Form } from "./form.tsx";
import { Act, Card, Copy, Facts, Page, Secret, Shown, Table, Tag } from "./parts.tsx";
import { Qr } from "./qr.tsx";
import { useLoad, useSession } from "./session.tsx";
import { newPassword } from "./sign-in.tsx";
import { useWords } from "./words.ts";

const inPassword = ({ status }: Refused) => (status === 403 ? "password" : undefined);

function Password() {
  const say = useWords();
  const submit = ({ password = "", new_password = "" }: Record<string, string>) =>
    ask("PUT /v1/persons/me/password", { body: { password, new_password } });
  return (
    <Card title={say("password")}>
      <Form
        label={say("passwordChange")}
        done={say("passwordChanged")}
        place={inPassword}
        submit={submit}
        fields={[
          { name: "password", label: say("passwordNow"), type: "password", required: true, autocomplete: "current-password" },
          ...newPassword(say, "new_password"),
        ]}
      />
    </Card>
  );
}

function SetUp({ secret, uri, done }: { secret: string; uri: string; done: (codes: string[]) => void }) {
  const say = useWords();
  return (
    <>
      <p>{say("totpScan")}</p>
      <Qr text={uri} label={say("totpQr")} />
      <Secret label={say("totpSecret")} text={secret} />
      <Form
        label={say("totpConfirm")}
        place={() => "code"}
        fields={[{ name: "code", label: say("code"), required: true, ltr: true, autocomplete: "one-time-code" }]}
        submit={async ({ code = "" }) => done((await ask("PUT /v1/persons/me/totp", { body: { code } })).recovery_codes)}
      />
    </>
  );
}

function Totp() {
  const say = useWords();
  const { person, refresh } = useSession();
  const [setup, setSetup] = useState<{ secret: string; uri: string }>();
  const [codes, setCodes] = useState<string[]>();
  const own = { name: "password", label: say("password"), type: "password" as const, required: true, autocomplete: "current-password" };
  if (codes) {
    return (
      <Card title={say("totp")}>
        <p class="notice">{say("recoveryHint")}</p>
        <ul class="recovery" dir="ltr">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <div class="buttons">
          <Copy text={codes.join("\n")} label={say("copyAll")} />
          <button type="button" class="button button-main" onClick={() => setCodes(undefined)}>
            {say("recoveryKept")}
          </button>
        </div>
      </Card>
    );
  }
  const confirmed = async (made: string[]) => {
    setSetup(undefined);
    setCodes(made);
    await refresh();
  };
  return (
    <Card title={say("totp")}>
      {setup ? (
        <SetUp {...setup} done={confirmed} />
      ) : person.totp ? (
        <>
          <p>{say("totpIsOn")}</p>
          <Form
            label={say("totpEnd")}
            danger
            place={inPassword}
            fields={[own]}
            submit={async ({ password = "" }) => {
              await ask("POST /v1/persons/me/totp/end", { body: { password } });
              await refresh();
            }}
          />
        </>
      ) : (
        <>
          <p>{say("totpHint")}</p>
          <Form
            label={say("totpBegin")}
            place={inPassword}
            fields={[own]}
            submit={async ({ password = "" }) => setSetup(await ask("POST /v1/persons/me/totp", { body: { password } }))}
          />
        </>
      )}
    </Card>
  );
}

function Sessions() {
  const say = useWords();
  const loaded = useLoad(() => ask("GET /v1/persons/me/sessions"), []);
  const end = async (id: number) => {
    await ask("DELETE /v1/persons/me/sessions/{id}", { path: { id: String(id) } });
    loaded.again();
  };
  return (
    <Card title={say("sessions")}>
      <Shown of={loaded}>
        {({ sessions }) => (
          <Table
            label={say("sessions")}
            rows={[...sessions].reverse()}
            keyOf={({ id }) => id}
            empty=""
            columns={[
              { label: say("sessionAgent"), show: ({ agent }) => <span class="long">{agent || "–"}</span> },
              { label: say("sessionAddress"), show: ({ address }) => <bdi>{address}</bdi> },
              { label: say("sessionUsed"), show: ({ last_used }) => say.time(last_used) },
              {
                label: say("actions"),
                show: ({ id, current }) =>
                  current ? <Tag kind="good">{say("sessionThis")}</Tag> : <Act label={say("sessionEnd")} kind="button-small" act={() => end(id)} />,
              },
            ]}
          />
        )}
      </Shown>
    </Card>
  );
}

export function Account() {
  const say = useWords();
  const { person } = useSession();
  return (
    <Page title={say("account")}>
      <Card>
        <Facts
          rows={[
            [say("yourName"), person.name],
            [say("email"), <bdi key="email">{person.email}</bdi>],
            [
              say("roles"),
              person.roles.length ? (
                <ul class="plain" key="roles">
                  {person.roles.map((role) => (
                    <li key={`${role.tenant}/${role.reseller}`}>{say.role(role)}</li>
                  ))}
                </ul>
              ) : (
                say("rolesNone")
              ),
            ],
          ]}
        />
      </Card>
      <Password />
      <Totp />
      <Sessions />
    </Page>
  );
}
