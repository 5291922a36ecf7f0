// Resellers: the operator's list, and one reseller, as the operator and as itself sees it.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { type Field, Form } from "./form.tsx";
import { Act, Card, Dialog, Facts, More, Page, Secret, Shown, Table, Tag, usePages } from "./parts.tsx";
import { limitFields, readLimits } from "./plans.tsx";
import { go, hrefOf, Link } from "./route.tsx";
import { useLoad, useMay } from "./session.tsx";
import { type LimitName, useWords } from "./words.ts";

type Reseller = Schemas["Reseller"];
type AllottedLine = Schemas["AllottedLine"];

function numbers(say: ReturnType<typeof useWords>, reseller?: Reseller): Field[] {
  return [
    { name: "tenants", label: say("resellerTenants"), type: "number", required: true, value: reseller?.tenants.limit.toString() ?? "10" },
    {
      name: "oversell_percent",
      label: say("oversell"),
      type: "number",
      hint: say("oversellHint"),
      value: reseller?.oversell_percent.toString() ?? "100",
    },
  ];
}

export function Resellers() {
  const say = useWords();
  const may = useMay();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas["NewReseller"]>();
  const list = usePages("GET /operator/v1/resellers", ({ resellers }) => resellers);
  return (
    <Page
      title={say("resellers")}
      actions={
        may("POST /operator/v1/resellers") && (
          <button type="button" class="button button-main" onClick={() => setMaking(true)}>
            {say("resellerNew")}
          </button>
        )
      }
    >
      <Shown of={list}>
        {(rows) => (
          <Table
            label={say("resellers")}
            rows={rows}
            keyOf={({ name }) => name}
            empty={say("resellersNone")}
            columns={[
              {
                label: say("name"),
                show: (r) => (
                  <Link to={hrefOf("resellers", r.name)}>
                    <strong>{r.name}</strong>
                    {r.title !== r.name && <span class="sub">{r.title}</span>}
                  </Link>
                ),
              },
              { label: say("tenants"), show: (r) => say("usedOf", { used: say.number(r.tenants.given), limit: say.number(r.tenants.limit) }) },
              { label: say("state"), show: (r) => (r.suspended ? <Tag kind="bad">{say("suspended")}</Tag> : <Tag kind="good">{say("active")}</Tag>) },
              { label: say("created"), show: (r) => say.date(r.created) },
            ]}
          />
        )}
      </Shown>
      <More more={list.more} />
      {making && (
        <Dialog title={say("resellerNew")} close={() => setMaking(false)}>
          <Form
            label={say("make")}
            cancel={() => setMaking(false)}
            fields={[
              {
                name: "name",
                label: say("name"),
                hint: say("resellerNameHint"),
                required: true,
                ltr: true,
                check: (v) => (/^[a-z0-9-]{1,32}$/.test(v.trim()) ? undefined : say("nameForm")),
              },
              { name: "title", label: say("title"), hint: say("brandTitleHint") },
              ...numbers(say),
            ]}
            place={({ status }) => (status === 409 ? "name" : undefined)}
            submit={async ({ name = "", title, tenants, oversell_percent }) => {
              const body = { name, title, tenants: Number(tenants), oversell_percent: Number(oversell_percent || 100) };
              setMade(await ask("POST /operator/v1/resellers", { body }));
              setMaking(false);
              list.again();
            }}
          />
        </Dialog>
      )}
      {made && (
        <Dialog title={say("resellerMade", { name: made.name })} close={() => go(hrefOf("resellers", made.name))}>
          <p class="notice">{say("shownOnce")}</p>
          <Secret label={say("apiKey")} text={made.api_key} />
          <div class="buttons">
            <button type="button" class="button button-main" onClick={() => go(hrefOf("resellers", made.name))}>
              {say("kept")}
            </button>
          </div>
        </Dialog>
      )}
    </Page>
  );
}

function Brand({ reseller, changed }: { reseller: Reseller; changed: () => void }) {
  const say = useWords();
  const color = typeof reseller.theme?.color === "string" ? reseller.theme.color : "";
  return (
    <Card title={say("brand")}>
      <Form
        label={say("save")}
        done={say("saved")}
        fields={[
          { name: "title", label: say("title"), hint: say("brandTitleHint"), value: reseller.title },
          { name: "logo", label: say("logo"), hint: say("logoHint"), ltr: true, value: reseller.logo ?? "" },
          {
            name: "color",
            label: say("color"),
            hint: say("colorHint"),
            ltr: true,
            value: color,
            check: (v) => (!v.trim() || /^#[0-9a-f]{6}$/i.test(v.trim()) ? undefined : say("colorForm")),
          },
          { name: "support", label: say("support"), hint: say("supportHint"), type: "email", value: reseller.support ?? "" },
        ]}
        place={({ message }) => (/logo/i.test(message) ? "logo" : /support|address/i.test(message) ? "support" : undefined)}
        submit={async ({ title, logo, color: wanted, support }) => {
          const { color: _, ...rest } = reseller.theme ?? {};
          const body = { title, logo, support, theme: wanted ? { ...rest, color: wanted } : rest };
          await ask("PATCH /operator/v1/resellers/{reseller}/brand", { path: { reseller: reseller.name }, body });
          changed();
        }}
      />
    </Card>
  );
}

function Allotment({ reseller }: { reseller: Reseller }) {
  const say = useWords();
  const lines = Object.entries(reseller.limits) as [LimitName, AllottedLine][];
  return (
    <Card title={say("allotment")}>
      <Table
        label={say("allotment")}
        rows={lines}
        keyOf={([name]) => name}
        empty=""
        columns={[
          { label: say("limit"), show: ([name]) => say.limit(name) },
          { label: say("allotted"), show: ([name, { limit }]) => say.amount(name, limit) },
          { label: say("given"), show: ([name, { given }]) => say.amount(name, given) },
          { label: say("used"), show: ([name, { used }]) => (used === undefined ? "–" : say.amount(name, used)) },
        ]}
      />
    </Card>
  );
}

function Change({ reseller, close, changed }: { reseller: Reseller; close: () => void; changed: () => void }) {
  const say = useWords();
  const limits = Object.fromEntries((Object.entries(reseller.limits) as [LimitName, AllottedLine][]).map(([name, { limit }]) => [name, limit]));
  return (
    <Dialog title={say("allotmentChange")} close={close}>
      <Form
        label={say("save")}
        cancel={close}
        columns
        fields={[...numbers(say, reseller), ...limitFields(say, limits as Record<LimitName, number>)]}
        submit={async (values) => {
          const body = { tenants: Number(values.tenants), oversell_percent: Number(values.oversell_percent), ...readLimits(values) };
          await ask("PATCH /operator/v1/resellers/{reseller}", { path: { reseller: reseller.name }, body });
          close();
          changed();
        }}
      />
    </Dialog>
  );
}

function Suspend({ name, close, changed }: { name: string; close: () => void; changed: () => void }) {
  const say = useWords();
  return (
    <Dialog title={say("suspendTitle", { name })} close={close}>
      <p>{say("suspendResellerHint")}</p>
      <Form
        label={say("suspend")}
        danger
        cancel={close}
        place={() => "reason"}
        fields={[{ name: "reason", label: say("reason"), hint: say("reasonHint"), required: true }]}
        submit={async ({ reason = "" }) => {
          await ask("POST /operator/v1/resellers/{reseller}/suspend", { path: { reseller: name }, body: { reason } });
          close();
          changed();
        }}
      />
    </Dialog>
  );
}

function Remove({ name, close }: { name: string; close: () => void }) {
  const say = useWords();
  return (
    <Dialog title={say("removeTitle", { name })} close={close}>
      <p>{say("removeResellerHint")}</p>
      <Form
        label={say("removeForEver")}
        danger
        cancel={close}
        place={() => "name"}
        fields={[
          {
            name: "name",
            label: say("typeName", { name }),
            required: true,
            ltr: true,
            check: (v) => (v.trim() === name ? undefined : say("typeNameWrong")),
          },
        ]}
        submit={async () => {
          await ask("DELETE /operator/v1/resellers/{reseller}", { path: { reseller: name } });
          go(hrefOf("resellers"));
        }}
      />
    </Dialog>
  );
}

export function ResellerPage({ name }: { name: string }) {
  const say = useWords();
  const may = useMay();
  const [window, setWindow] = useState<"suspend" | "remove" | "change">();
  const path = { reseller: name };
  const loaded = useLoad(() => ask("GET /operator/v1/resellers/{reseller}", { path }), [name]);
  const close = () => setWindow(undefined);
  const resume = async () => {
    await ask("POST /operator/v1/resellers/{reseller}/resume", { path });
    loaded.again();
  };
  return (
    <Page title={name}>
      <Shown of={loaded}>
        {(reseller) => (
          <>
            <Card
              title={say("overview")}
              actions={
                <>
                  {may("PATCH /operator/v1/resellers/{reseller}") && (
                    <button type="button" class="button" onClick={() => setWindow("change")}>
                      {say("allotmentChange")}
                    </button>
                  )}
                  {reseller.suspended && may("POST /operator/v1/resellers/{reseller}/resume") && <Act label={say("resume")} act={resume} />}
                  {!reseller.suspended && may("POST /operator/v1/resellers/{reseller}/suspend") && (
                    <button type="button" class="button" onClick={() => setWindow("suspend")}>
                      {say("suspend")}
                    </button>
                  )}
                  {may("DELETE /operator/v1/resellers/{reseller}") && (
                    <button type="button" class="button button-danger" onClick={() => setWindow("remove")}>
                      {say("remove")}
                    </button>
                  )}
                </>
              }
            >
              <Facts
                rows={[
                  [say("state"), reseller.suspended ? <Tag kind="bad">{say("suspended")}</Tag> : <Tag kind="good">{say("active")}</Tag>],
                  ...(reseller.suspend_reason ? [[say("reason"), reseller.suspend_reason] as [string, string]] : []),
                  [say("tenants"), say("usedOf", { used: say.number(reseller.tenants.given), limit: say.number(reseller.tenants.limit) })],
                  [say("oversell"), `${say.number(reseller.oversell_percent)} %`],
                  ...(reseller.panel_host ? [[say("panelHost"), reseller.panel_host] as [string, string]] : []),
                ]}
              />
            </Card>
            {may("PATCH /operator/v1/resellers/{reseller}/brand") && <Brand reseller={reseller} changed={loaded.again} />}
            <Allotment reseller={reseller} />
            {window === "suspend" && <Suspend name={name} close={close} changed={loaded.again} />}
            {window === "remove" && <Remove name={name} close={close} />}
            {window === "change" && <Change reseller={reseller} close={close} changed={loaded.again} />}
          </>
        )}
      </Shown>
    </Page>
  );
}
