// A tenant's certificates, for its owner and for the operator: for which domain, for how many days still, and why one doesn't come.
import type { Schemas } from "../../.cache/api.gen.ts";
import { Act, Card, Shown, Table, Tag } from "./parts.tsx";
import { hrefOf, Link } from "./route.tsx";
import { useLoad } from "./session.tsx";
import { useWords } from "./words.ts";

type Status = Schemas["CertificateStatus"];

/** Whole days from now; less than 0 once it has run out. */
export const daysUntil = (iso: string, now = Date.now()): number => Math.floor((Date.parse(iso) - now) / 86_400_000);

const soonDays = 14;

export interface Listed extends Status {
  tenant: string;
}

/** The worst first: those that fail, then those with the fewest days. */
export const byNeed = (a: Listed, b: Listed): number =>
  Number(b.state === "failing") - Number(a.state === "failing") || Date.parse(a.not_after ?? "9999-01-01") - Date.parse(b.not_after ?? "9999-01-01");

function Days({ of: { not_after } }: { of: Status }) {
  const say = useWords();
  if (!not_after) return "–";
  const left = daysUntil(not_after);
  if (left < 0) return <Tag kind="bad">{say("certificateOver")}</Tag>;
  return left < soonDays ? <Tag kind="bad">{say("days", { n: left })}</Tag> : <span>{say("days", { n: left })}</span>;
}

function State({ of: { state, told } }: { of: Status }) {
  const say = useWords();
  return (
    <>
      <Tag kind={state === "failing" ? "bad" : state === "waiting" ? "plain" : "good"}>{say(`certificate_${state}`)}</Tag>
      {told && (
        <p class="hint" dir="auto">
          {told}
        </p>
      )}
    </>
  );
}

/** Of all tenants, for the operator. */
export function AllCertificates({ rows }: { rows: Listed[] }) {
  const say = useWords();
  return (
    <Table
      label={say("certificates")}
      rows={[...rows].sort(byNeed)}
      keyOf={({ tenant, domain, state }) => `${tenant} ${domain} ${state}`}
      empty={say("certificatesNone")}
      columns={[
        { label: say("tenant"), show: ({ tenant }) => <Link to={hrefOf("tenants", tenant)}>{tenant}</Link> },
        { label: say("domain"), show: ({ domain }) => <bdi class="long">{domain}</bdi> },
        { label: say("state"), show: (row) => <State of={row} /> },
        { label: say("certificateDays"), show: (row) => <Days of={row} /> },
      ]}
    />
  );
}

export function Certificates({ load, renew }: { load: () => Promise<Schemas["CertificateList"]>; renew?: (domain: string) => Promise<unknown> }) {
  const say = useWords();
  const loaded = useLoad(load, []);
  return (
    <Card title={say("certificates")}>
      <Shown of={loaded}>
        {({ certificates }) => (
          <Table
            label={say("certificates")}
            rows={certificates}
            keyOf={({ domain, state }) => `${domain} ${state}`}
            empty={say("certificatesNone")}
            columns={[
              { label: say("domain"), show: ({ domain }) => <bdi class="long">{domain}</bdi> },
              { label: say("state"), show: (row) => <State of={row} /> },
              { label: say("certificateDays"), show: (row) => <Days of={row} /> },
              {
                label: say("certificateNext"),
                show: ({ renews, next_try }) => (next_try || renews ? say.time((next_try ?? renews) as string) : "–"),
              },
              ...(renew
                ? [
                    {
                      label: say("actions"),
                      show: ({ domain, state }: Status) =>
                        state !== "uploaded" && (
                          <Act label={say("certificateRenew")} kind="button-small" act={() => renew(domain).then(() => loaded.again())} />
                        ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Shown>
    </Card>
  );
}
