// How a site's domain looks from outside.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask } from "./api.ts";
import { Act, Card, Secret, Table, Tag } from "./parts.tsx";
import { useSite } from "./session.tsx";
import { useWords } from "./words.ts";

const kindOf = { good: "good", untried: "plain", note: "plain", warn: "bad", bad: "bad" } as const;

/** How the site's domain looks from outside, once somebody asks. The sentences are the server's. */
export function FromOutside({ domain }: { domain: string }) {
  const say = useWords();
  const { name: tenant } = useSite();
  const [seen, setSeen] = useState<Schemas["DomainSurvey"]>();
  const look = async () => setSeen(await ask("GET /v1/domains/{domain}/check", { tenant, path: { domain } }));
  return (
    <Card title={say("fromOutside")} actions={<Act label={say("fromOutsideLook")} kind="button-small" act={look} />}>
      <p class="hint">{say("fromOutsideHint")}</p>
      {seen && (
        <div role="status">
          <p lang="en">{seen.told}</p>
          <Table
            label={say("fromOutside")}
            rows={seen.findings.filter(({ verdict }) => verdict !== "good")}
            keyOf={({ area, subject, told }) => `${area} ${subject} ${told}`}
            empty={say("fromOutsideGood")}
            columns={[
              { label: say("state"), show: ({ verdict }) => <Tag kind={kindOf[verdict]}>{say(`verdict_${verdict}`)}</Tag> },
              { label: say("fromOutsideSubject"), show: ({ subject }) => <bdi class="long">{subject}</bdi> },
              {
                label: say("fromOutsideTold"),
                show: ({ told, record }) => (
                  <div lang="en">
                    {told}
                    {record && <Secret label={say("fromOutsideRecord")} text={record} />}
                  </div>
                ),
              },
            ]}
          />
        </div>
      )}
    </Card>
  );
}
