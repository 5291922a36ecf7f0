// The server as its operator looks after it: is it well, what it counts (over the time that the page is open), the load of its tenants, and a test mail.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask, Refused } from "./api.ts";
import { AllCertificates, type Listed } from "./certificates.tsx";
import { Form } from "./form.tsx";
import { Act, Card, Facts, Page, Table, Tag, Wait } from "./parts.tsx";
import { Plot } from "./plot.tsx";
import { hrefOf, Link } from "./route.tsx";
import { useLoad, useMay } from "./session.tsx";
import { eachOf, type Load, readLoad } from "./tenant-load.ts";
import { useWords } from "./words.ts";

type Metric = Schemas["MetricList"]["metrics"][number];

const everyMs = 5000;
const kept = 60;

export interface Sample {
  at: number;
  values: ReadonlyMap<string, number>;
}

/** What is drawn of a metric: of a gauge its values, of a counter how much it grew from one sample to the next. A counter that is less than before began anew. */
export function valuesOf({ name, kind }: Metric, samples: Sample[]): { at: number; value: number }[] {
  const valueAt = ({ values }: Sample) => values.get(name) ?? 0;
  if (kind === "gauge") return samples.map((sample) => ({ at: sample.at, value: valueAt(sample) }));
  return samples.slice(1).map((sample, i) => {
    const now = valueAt(sample);
    const before = valueAt(samples[i] as Sample);
    return { at: sample.at, value: now < before ? now : now - before };
  });
}

/** Asks again and again while the page is shown, and not while its tab is hidden. */
function useSamples() {
  const [samples, setSamples] = useState<Sample[]>([]);
  const [metrics, setMetrics] = useState<Metric[]>();
  const [error, setError] = useState<Refused>();
  const isBusy = useRef(false);
  useEffect(() => {
    const look = async () => {
      if (document.hidden || isBusy.current) return;
      isBusy.current = true;
      try {
        const found = (await ask("GET /operator/v1/metrics")).metrics;
        setMetrics(found);
        setError(undefined);
        const sample = { at: Date.now(), values: new Map(found.map(({ name, value }) => [name, value])) };
        setSamples((now) => [...now, sample].slice(-kept));
      } catch (refused) {
        setError(refused as Refused);
      }
      isBusy.current = false;
    };
    look();
    const timer = setInterval(look, everyMs);
    return () => clearInterval(timer);
  }, []);
  return { samples, metrics, error };
}

function Metrics() {
  const say = useWords();
  const { samples, metrics, error } = useSamples();
  if (!metrics) return <Wait error={error} />;
  return (
    <Card title={say("metrics")}>
      <p class="hint">{say("metricsHint", { s: everyMs / 1000 })}</p>
      {error && <Wait error={error} />}
      <div class="plots">
        {metrics.map((metric) => {
          const isBytes = /_bytes(_|$)/.test(metric.name);
          const show = isBytes ? say.bytes : say.number;
          const points = valuesOf(metric, samples).map(({ at, value }) => ({ when: say.clock(at), value }));
          return points.length > 1 && points.some(({ value }) => value > 0) ? (
            <Plot
              key={metric.name}
              label={metric.summary}
              points={points}
              summary={say(metric.kind === "gauge" ? "plotNow" : "plotSince", { n: show(metric.value) })}
              show={show}
              isBytes={isBytes}
              places={kept}
            />
          ) : null;
        })}
      </div>
      <details>
        <summary>{say("plotTable")}</summary>
        <Table
          label={say("metrics")}
          rows={metrics}
          keyOf={({ name }) => name}
          empty=""
          columns={[
            {
              label: say("what"),
              show: ({ name, summary }) => (
                <>
                  <bdi>{summary}</bdi>
                  <code class="sub long" dir="ltr">
                    {name}
                  </code>
                </>
              ),
            },
            { label: say("metricKind"), show: ({ kind }) => say(`metric_${kind}`) },
            { label: say("metricValue"), show: ({ name, value }) => (/_bytes(_|$)/.test(name) ? say.bytes(value) : say.number(value)) },
          ]}
        />
      </details>
    </Card>
  );
}

function State() {
  const say = useWords();
  const health = useLoad(() => ask("GET /healthz"), []);
  const ping = useLoad(() => ask("GET /operator/v1/ping"), []);
  return (
    <Card title={say("overview")} actions={<Act label={say("lookAgain")} act={async () => health.again()} />}>
      {health.error && <Wait error={health.error} />}
      {health.value && (
        <Facts
          rows={[
            [say("state"), health.value.ok ? <Tag kind="good">{say("healthWell")}</Tag> : <Tag kind="bad">{say("healthIll")}</Tag>],
            [say("healthDisk"), health.value.disk === "well" ? <Tag kind="good">{say("diskWell")}</Tag> : <Tag kind="bad">{say("diskFull")}</Tag>],
            [say("version"), <bdi key="version">{ping.value?.version ?? "–"}</bdi>],
          ]}
        />
      )}
    </Card>
  );
}

function MailTest() {
  const say = useWords();
  const [answer, setAnswer] = useState<string>();
  return (
    <Card title={say("mail")}>
      <p class="hint">{say("mailHint")}</p>
      <Form
        label={say("mailTest")}
        place={() => "to"}
        fields={[{ name: "to", label: say("mailTo"), type: "email", required: true }]}
        submit={async ({ to = "" }) => {
          setAnswer(undefined);
          const { answer } = await ask("POST /operator/v1/mail/test", { body: { to } }).catch((refused: Refused) => {
            // The operator wants to know the mail server's own words, and not that it may be tried again later.
            throw refused.status === 503 ? new Refused(502, refused.code, refused.message) : refused;
          });
          setAnswer(answer);
        }}
      />
      <p role="status" dir="auto">
        {answer && say("mailTaken", { answer })}
      </p>
    </Card>
  );
}

/** Of the tenants with the most to do today; asked for, since it is a question for each of them. */
function Loads() {
  const say = useWords();
  const [loads, setLoads] = useState<Load[]>();
  const look = async () => {
    const { tenants } = await ask("GET /operator/v1/tenants", { query: { limit: 200 } });
    const found = await eachOf(tenants, 4, async ({ name }) =>
      readLoad(
        name,
        await ask("GET /operator/v1/tenants/{name}/usage", {
          path: { name },
          query: { by: "day", limit: 1, from: new Date().toISOString().slice(0, 10) },
        }),
      ),
    );
    setLoads(found.sort((a, b) => b.messages - a.messages || b.sessions - a.sessions));
  };
  return (
    <Card title={say("loads")} actions={<Act label={say(loads ? "lookAgain" : "loadsShow")} act={look} />}>
      <p class="hint">{say("loadsHint")}</p>
      {loads && (
        <Table
          label={say("loads")}
          rows={loads}
          keyOf={({ name }) => name}
          empty={say("tenantsNone")}
          columns={[
            { label: say("tenant"), show: ({ name }) => <Link to={hrefOf("tenants", name)}>{name}</Link> },
            { label: say("used_messages"), show: ({ messages }) => say.number(messages) },
            { label: say("loadSessions"), show: ({ sessions }) => say.number(sessions) },
            { label: say("used_archive_bytes"), show: ({ archive_bytes }) => say.bytes(archive_bytes) },
            { label: say("used_file_bytes"), show: ({ file_bytes }) => say.bytes(file_bytes) },
            { label: say("loadFullest"), show: ({ fullest }) => (fullest ? `${say.limit(fullest.name)}: ${say.number(fullest.percent)} %` : "–") },
          ]}
        />
      )}
    </Card>
  );
}

/** Asked for too, for the same reason. */
function CertificatesOfAll() {
  const say = useWords();
  const [rows, setRows] = useState<Listed[]>();
  const look = async () => {
    const { tenants } = await ask("GET /operator/v1/tenants", { query: { limit: 200 } });
    const found = await eachOf(tenants, 4, async ({ name }) => {
      const { certificates } = await ask("GET /operator/v1/tenants/{name}/certificates", { path: { name } });
      return certificates.map((each) => ({ ...each, tenant: name }));
    });
    setRows(found.flat());
  };
  return (
    <Card title={say("certificates")} actions={<Act label={say(rows ? "lookAgain" : "loadsShow")} act={look} />}>
      <p class="hint">{say("certificatesHint")}</p>
      {rows && <AllCertificates rows={rows} />}
    </Card>
  );
}

export function Health() {
  const say = useWords();
  const may = useMay();
  return (
    <Page title={say("health")}>
      <State />
      {may("GET /operator/v1/metrics") && <Metrics />}
      {may("GET /operator/v1/tenants/{name}/usage") && <Loads />}
      {may("GET /operator/v1/tenants/{name}/certificates") && <CertificatesOfAll />}
      {may("POST /operator/v1/mail/test") && <MailTest />}
    </Page>
  );
}
