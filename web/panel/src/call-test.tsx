// Whether this browser reaches the calls' relay, with the credentials that a user of the site has.
import { useState } from "preact/hooks";
import { ask } from "./api.ts";
import { reach, type Reached, type Way, waysOf } from "./ice.ts";
import { Act, Card, Tag } from "./parts.tsx";
import { useSite } from "./session.tsx";
import { useWords } from "./words.ts";

interface Tried extends Way {
  reached?: Reached;
}

export function CallTest({ user }: { user: string }) {
  const say = useWords();
  const { name: tenant } = useSite();
  const [tried, setTried] = useState<Tried[]>();
  const test = async () => {
    setTried(undefined);
    const { ice_servers } = await ask("POST /v1/users/{id}/relay-credentials", { tenant, path: { id: user } });
    const ways = waysOf(ice_servers);
    setTried(ways);
    await Promise.all(
      ways.map(async (way) => {
        const reached = await reach(way);
        setTried((now) => now?.map((each) => (each.url === way.url ? { ...each, reached } : each)));
      }),
    );
  };
  return (
    <Card title={say("callTest")} actions={<Act label={say("callTestRun")} act={test} />}>
      <p class="hint">{say("callTestHint")}</p>
      <div role="status">
        {tried && !tried.length && <p>{say("callTestNone")}</p>}
        {tried && tried.length > 0 && (
          <ul class="plain ways">
            {tried.map(({ url, reached }) => (
              <li key={url}>
                <code dir="ltr">{url}</code>{" "}
                {!reached ? (
                  say("wait")
                ) : reached.isOpen ? (
                  <Tag kind="good">{say("callTestOpen")}</Tag>
                ) : (
                  <>
                    <Tag kind="bad">{say("callTestShut")}</Tag> <span class="hint">{say("callTestShutHint", { told: reached.told || "–" })}</span>
                  </>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}
