// Plans: their limits, and how one is made or changed.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { type Field, Form } from "./form.tsx";
import { Dialog, Page, Shown, Table } from "./parts.tsx";
import { useLoad, useMay } from "./session.tsx";
import { type LimitName, limitNames, useWords } from "./words.ts";

type Plan = Schemas["Plan"];

export function limitFields(say: ReturnType<typeof useWords>, limits?: Partial<Record<LimitName, number>>): Field[] {
  return limitNames.map((name) => ({
    name,
    label: say.limit(name),
    type: "number",
    value: limits?.[name]?.toString() ?? "",
    required: Boolean(limits),
    check: (given) => (Number(given) >= -1 ? undefined : say("fieldNumber")),
  }));
}

/** The numbers that were given. */
export function readLimits(values: Record<string, string>): Record<string, number> {
  const given = limitNames.filter((name) => values[name]);
  return Object.fromEntries(given.map((name) => [name, Number(values[name])]));
}

function Edit({ plan, close, done }: { plan?: Plan; close: () => void; done: () => void }) {
  const say = useWords();
  const name: Field = { name: "name", label: say("name"), required: true, ltr: true, hint: say("planNameHint") };
  return (
    <Dialog title={plan ? say("planChange", { name: plan.name }) : say("planNew")} close={close}>
      <p class="hint">{plan ? say("planHint") : say("planNewHint")}</p>
      <Form
        label={say("save")}
        cancel={close}
        columns
        fields={[...(plan ? [] : [name]), ...limitFields(say, plan?.limits as Record<LimitName, number> | undefined)]}
        place={({ status }) => (status === 403 || plan ? undefined : "name")}
        submit={async (values) => {
          await ask("PUT /operator/v1/plans/{plan}", { path: { plan: plan?.name ?? values.name ?? "" }, body: readLimits(values) });
          done();
        }}
      />
    </Dialog>
  );
}

const told: LimitName[] = ["accounts", "sessions", "rooms", "archive_bytes", "files_total_bytes"];

export function Plans() {
  const say = useWords();
  const may = useMay();
  const [edited, setEdited] = useState<Plan | "new">();
  const loaded = useLoad(() => ask("GET /operator/v1/plans"), []);
  const close = () => setEdited(undefined);
  const mayChange = may("PUT /operator/v1/plans/{plan}");
  return (
    <Page
      title={say("plans")}
      actions={
        mayChange && (
          <button type="button" class="button button-main" onClick={() => setEdited("new")}>
            {say("planNew")}
          </button>
        )
      }
    >
      <Shown of={loaded}>
        {({ plans }) => (
          <Table
            label={say("plans")}
            rows={plans}
            keyOf={({ name }) => name}
            empty={say("plansNone")}
            columns={[
              {
                label: say("name"),
                show: (plan) =>
                  mayChange ? (
                    <button type="button" class="link" onClick={() => setEdited(plan)}>
                      {plan.name}
                    </button>
                  ) : (
                    plan.name
                  ),
              },
              ...told.map((name) => ({
                label: say.limit(name),
                show: ({ limits }: Plan) => say.amount(name, (limits as Record<LimitName, number>)[name]),
              })),
            ]}
          />
        )}
      </Shown>
      {edited && (
        <Edit
          plan={edited === "new" ? undefined : edited}
          close={close}
          done={() => {
            close();
            loaded.again();
          }}
        />
      )}
    </Page>
  );
}
