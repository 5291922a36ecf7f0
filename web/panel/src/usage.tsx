// The use of a plan's limits.
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Card, Gauge, Page, Shown, Table } from "./parts.tsx";
import { type Loaded, useLoad, useSite } from "./session.tsx";
import { type LimitName, useWords } from "./words.ts";

type Usage = Schemas["Usage"];
type Line = [name: LimitName, line: Schemas["UsageLine"]];

function Gauges({ of, counts }: { of: Loaded<Usage>; counts?: boolean }) {
  const say = useWords();
  return (
    <Shown of={of}>
      {(usage) => (
        <>
          {counts && <p class="lead">{say("usageCounts", { plan: usage.plan, n: usage.messages, minutes: say.number(usage.call_minutes) })}</p>}
          <div class="gauges">
            {(Object.entries(usage.limits) as Line[])
              .filter(([, { used }]) => used !== undefined)
              .map(([name, { used = 0, limit }]) => (
                <Gauge key={name} label={say.limit(name)} used={used} limit={limit} show={(n) => say.amount(name, n)} />
              ))}
          </div>
        </>
      )}
    </Shown>
  );
}

export function UsageCard({ load }: { load: () => Promise<Usage> }) {
  const say = useWords();
  const loaded = useLoad(load, []);
  return (
    <Card title={say("usage")}>
      <Gauges of={loaded} />
    </Card>
  );
}

export function UsagePage() {
  const say = useWords();
  const site = useSite();
  const loaded = useLoad(() => ask("GET /v1/usage", { tenant: site.name }), [site.name]);
  return (
    <Page title={say("usage")}>
      <Card>
        <Gauges of={loaded} counts />
      </Card>
      <Shown of={loaded}>
        {({ limits }) => (
          <Card title={say("limitsOther")}>
            <Table
              label={say("limitsOther")}
              rows={(Object.entries(limits) as Line[]).filter(([, { used }]) => used === undefined)}
              keyOf={([name]) => name}
              empty=""
              columns={[
                { label: say("limit"), show: ([name]) => say.limit(name) },
                { label: say("atMost"), show: ([name, { limit }]) => say.amount(name, limit) },
              ]}
            />
          </Card>
        )}
      </Shown>
    </Page>
  );
}
