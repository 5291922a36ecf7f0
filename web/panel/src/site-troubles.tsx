// A site's troubles, beside the steps to the first chat: domains that nobody has proved, certificates that don't come, limits that are nearly
// used up. Nothing, where all is well.
import { ask } from "./api.ts";
import { daysUntil } from "./certificates.tsx";
import { Card, Tag } from "./parts.tsx";
import { levelOf } from "./plot-scale.ts";
import { hrefOf, Link } from "./route.tsx";
import { useLoad, useMay, useSite } from "./session.tsx";
import { type LimitName, type Say, useWords } from "./words.ts";
import type { Schemas } from "../../.cache/api.gen.ts";

export interface Trouble {
  key: string;
  text: string;
  page: "domains" | "usage";
  isBad: boolean;
}

const soonDays = 14;

export function troublesOf(
  say: Say,
  { domains, certificates, usage }: { domains: Schemas["Domain"][]; certificates: Schemas["CertificateStatus"][]; usage?: Schemas["Usage"] },
): Trouble[] {
  const unproved = domains.filter(({ state }) => state === "waiting");
  const sick = certificates.filter(({ state, not_after }) => state === "failing" || (not_after && daysUntil(not_after) < soonDays));
  const near = (Object.entries(usage?.limits ?? {}) as [LimitName, Schemas["UsageLine"]][]).filter(([, { used = 0, limit }]) => levelOf(used, limit));
  return [
    ...unproved.map(({ domain }): Trouble => ({ key: `domain ${domain}`, text: say("troubleDomain", { domain }), page: "domains", isBad: false })),
    ...sick.map(
      ({ domain }): Trouble => ({ key: `certificate ${domain}`, text: say("troubleCertificate", { domain }), page: "domains", isBad: true }),
    ),
    ...near.map(([name, { used = 0, limit }]): Trouble => {
      const isBad = levelOf(used, limit) === "full";
      return { key: name, text: say(isBad ? "troubleFull" : "troubleHigh", { name: say.limit(name) }), page: "usage", isBad };
    }),
  ];
}

export function SiteTroubles() {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  const domains = useLoad(async () => (may("GET /v1/domains") ? (await ask("GET /v1/domains", { tenant })).domains : []), [tenant]);
  const certificates = useLoad(
    async () => (may("GET /v1/certificates") ? (await ask("GET /v1/certificates", { tenant })).certificates : []),
    [tenant],
  );
  const usage = useLoad(async () => (may("GET /v1/usage") ? ask("GET /v1/usage", { tenant }) : undefined), [tenant]);
  const found = troublesOf(say, { domains: domains.value ?? [], certificates: certificates.value ?? [], usage: usage.value });
  if (!found.length) return null;
  return (
    <Card title={say("troubles")}>
      <ul class="plain troubles">
        {found.map(({ key, text, page, isBad }) => (
          <li key={key}>
            <Tag kind={isBad ? "bad" : "plain"}>{say(page)}</Tag> {text} <Link to={hrefOf("site", tenant, page)}>{say("look")}</Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
