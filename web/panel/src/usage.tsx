// The use of a plan's limits: now, with what is nearly used up, and over time.
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { download } from "./download.ts";
import { Card, Gauge, Page, Shown, Table } from "./parts.tsx";
import { levelOf } from "./plot-scale.ts";
import { useLoad, useSite } from "./session.tsx";
import { type LimitName, useWords } from "./words.ts";
import { UsagePlots } from "./usage-plots.tsx";

type Usage = Schemas["Usage"];
type Line = [name: LimitName, line: Schemas["UsageLine"]];

const linesOf = ({ limits }: Usage) => Object.entries(limits) as Line[];

/** The limits that are nearly used up, or are: first of all, and in words. */
function Warnings({ usage }: { usage: Usage }) {
  const say = useWords();
  const near = linesOf(usage).filter(([, { used = 0, limit }]) => levelOf(used, limit));
  if (!near.length) return null;
  return (
    <ul class="warnings">
      {near.map(([name, { used = 0, limit, over_use }]) => {
        const isFull = levelOf(used, limit) === "full";
        const word = !isFull ? "limitHigh" : over_use ? "limitPassed" : "limitFull";
        return (
          <li key={name} class={isFull ? "form-error" : "notice"}>
            {say(word, { name: say.limit(name), percent: limit > 0 ? Math.floor((100 * used) / limit) : 100, limit: say.amount(name, limit) })}
          </li>
        );
      })}
    </ul>
  );
}

function Gauges({ usage }: { usage: Usage }) {
  const say = useWords();
  return (
    <div class="gauges">
      {linesOf(usage)
        .filter(([, { used }]) => used !== undefined)
        .map(([name, { used = 0, limit }]) => (
          <Gauge key={name} label={say.limit(name)} used={used} limit={limit} show={(n) => say.amount(name, n)} />
        ))}
    </div>
  );
}

/** A tenant's, for the operator and its reseller. */
export function TenantUsage({ name }: { name: string }) {
  const say = useWords();
  const path = { name };
  const loaded = useLoad(() => ask("GET /operator/v1/tenants/{name}/usage", { path }), [name]);
  return (
    <>
      <Card title={say("usage")}>
        <Shown of={loaded}>
          {(usage) => (
            <>
              <Warnings usage={usage} />
              <Gauges usage={usage} />
            </>
          )}
        </Shown>
      </Card>
      <UsagePlots
        load={(query) => ask("GET /operator/v1/tenants/{name}/usage", { path, query })}
        save={(query) => download("GET /operator/v1/tenants/{name}/usage", { path, query: { ...query, format: "csv" } }, `${name}-${query.by}s.csv`)}
      />
    </>
  );
}

export function UsagePage() {
  const say = useWords();
  const { name: tenant } = useSite();
  const loaded = useLoad(() => ask("GET /v1/usage", { tenant }), [tenant]);
  return (
    <Page title={say("usage")}>
      <Shown of={loaded}>
        {(usage) => (
          <>
            <Warnings usage={usage} />
            <Card>
              <p class="lead">{say("usageCounts", { plan: usage.plan, n: usage.messages, minutes: say.number(usage.call_minutes) })}</p>
              <Gauges usage={usage} />
            </Card>
          </>
        )}
      </Shown>
      <UsagePlots
        load={(query) => ask("GET /v1/usage", { tenant, query })}
        save={(query) => download("GET /v1/usage", { tenant, query: { ...query, format: "csv" } }, `${tenant}-${query.by}s.csv`)}
      />
      <Shown of={loaded}>
        {(usage) => (
          <Card title={say("limitsOther")}>
            <Table
              label={say("limitsOther")}
              rows={linesOf(usage).filter(([, { used }]) => used === undefined)}
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
