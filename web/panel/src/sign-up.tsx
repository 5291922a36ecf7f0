// A site of one's own: the order, and behind the link of the mail a password and then the embed code.
import { useEffect, useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask, Refused } from "./api.ts";
import { type Field, Form, type Values } from "./form.tsx";
import { Code, Facts, Shown } from "./parts.tsx";
import { go, hrefOf, Link } from "./route.tsx";
import { useLoad } from "./session.tsx";
import { Door, newPassword } from "./sign-in.tsx";
import { type LimitName, useWords } from "./words.ts";

declare const WORK_FILE: string;
type Panel = Schemas["Panel"];
type Offer = Schemas["SignUpOffer"];
type Order = Schemas["SiteOrder"];
type Made = Schemas["SignedUpSite"];

interface Types {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(url: string): string };
}

/** The puzzle's answer, by a worker. The address of its script is this one alone. */
function work({ puzzle = "", puzzle_bits = 0 }: Offer): Promise<string> {
  const policy = (window as { trustedTypes?: Types }).trustedTypes?.createPolicy("teahouse-work", { createScriptURL: () => WORK_FILE });
  const worker = new Worker(policy ? policy.createScriptURL("") : WORK_FILE);
  return new Promise<string>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => reject(new Refused(0, "failed", ""));
    worker.postMessage({ puzzle, bits: puzzle_bits });
  }).finally(() => worker.terminate());
}

/** What is shown of a plan: the rest is in the panel. */
const shownLimits: LimitName[] = ["accounts", "rooms", "archive_days", "files_total_bytes"];

/** The heading is focused when what stands below it is another thing, so that a screen reader says so. */
function useFocus(state: unknown): void {
  useEffect(() => document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true }), [state]);
}

/** A field that is drawn next. */
const focusSoon = (name: string) =>
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLElement>(`[name="${name}"]`)?.focus()));

function OrderForm({ offer, then }: { offer: Offer; then: (ordered: { email: string; domain: string }) => void }) {
  const say = useWords();
  const limits = offer.plan?.limits as Record<LimitName, number> | undefined;
  const fields: Field[] = [
    { name: "email", label: say("email"), type: "email", required: true, autocomplete: "email" },
    { name: "name", label: say("signUpName"), hint: say("signUpNameHint"), required: true, autocomplete: "organization" },
    { name: "label", label: say("signUpLabel"), hint: say("signUpLabelHint", { domain: offer.domain ?? "" }), ltr: true },
    { name: "page", label: say("signUpPage"), hint: say("signUpPageHint"), ltr: true, autocomplete: "url" },
  ];
  const submit = async ({ email = "", name = "", label, page }: Values) => {
    const puzzle = await ask("GET /v1/sign-up"); // each is good once
    const answer = await work(puzzle);
    const body = { email, name, puzzle: puzzle.puzzle ?? "", answer, language: say.language, ...(label ? { label } : {}), ...(page ? { page } : {}) };
    const { domain } = await ask("POST /v1/sign-up", { body });
    then({ email, domain });
  };
  return (
    <>
      <p class="lead">{say("signUpLead")}</p>
      <Form fields={fields} label={say("signUpOrder")} submit={submit} place={({ status }) => (status === 409 ? "label" : undefined)} />
      {limits && <Facts rows={shownLimits.map((name) => [say.limit(name), say.amount(name, limits[name])])} />}
      <p>
        <Link to={hrefOf()}>{say("signUpKnown")}</Link>
      </p>
    </>
  );
}

function Ordering({ panel }: { panel?: Panel }) {
  const say = useWords();
  const offer = useLoad(() => ask("GET /v1/sign-up"), []);
  const [ordered, setOrdered] = useState<{ email: string; domain: string }>();
  useFocus(ordered);
  if (ordered) {
    return (
      <Door title={say("signUpMailed")} panel={panel}>
        <p role="status">{say("signUpMailedHint", ordered)}</p>
        <p class="hint">{say("signUpMailedNone")}</p>
        <button type="button" class="button" onClick={() => setOrdered(undefined)}>
          {say("signUpAgain")}
        </button>
      </Door>
    );
  }
  return (
    <Door title={say("signUp")} panel={panel}>
      <Shown of={offer}>{(open) => (open.open ? <OrderForm offer={open} then={setOrdered} /> : <p class="notice">{say("signUpClosed")}</p>)}</Shown>
    </Door>
  );
}

function ProofForm({ order, token, then }: { order: Order; token: string; then: (made: Made) => void }) {
  const say = useWords();
  const [wantsCode, setWantsCode] = useState(false);
  const [wantsLabel, setWantsLabel] = useState(false);
  const isKnown = order.known || order.made;
  const fields: Field[] = isKnown
    ? [{ name: "password", label: say("password"), type: "password", required: true, autocomplete: "current-password" }]
    : newPassword(say);
  if (wantsLabel) fields.unshift({ name: "label", label: say("signUpLabel"), value: order.label, required: true, ltr: true });
  if (wantsCode) fields.push({ name: "code", label: say("code"), hint: say("codeHint"), required: true, ltr: true, autocomplete: "one-time-code" });
  const submit = async ({ password = "", label, code }: Values) => {
    try {
      then(await ask("POST /v1/sign-up/site", { body: { token, password, ...(label ? { label } : {}), ...(code ? { code } : {}) } }));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const wanted = error.code === "code-needed" ? "code" : error.status === 409 ? "label" : undefined;
      if (wanted === "code") setWantsCode(true);
      if (wanted === "label") setWantsLabel(true);
      if (wanted) focusSoon(wanted);
      if (wanted !== "code") throw error;
    }
  };
  const place = ({ status, code }: Refused) => (status === 409 ? "label" : code !== "wrong-password" ? undefined : wantsCode ? "code" : "password");
  return (
    <>
      <p class="lead">
        {say(order.made ? "signUpMadeLead" : isKnown ? "signUpKnownLead" : "signUpProofLead", {
          email: order.email,
          domain: `${order.label}.${order.domain}`,
        })}
      </p>
      <Form fields={fields} label={order.made ? say("signIn") : say("signUpMake")} submit={submit} place={place} />
    </>
  );
}

function Ready({ made, then }: { made: Made; then: () => Promise<void> }) {
  const say = useWords();
  const open = async () => {
    await then();
    go(hrefOf("site", made.tenant));
  };
  return (
    <>
      <p role="status">{say("signUpReadyHint", { domain: made.domain })}</p>
      <Code label={say("embed")} text={made.embed} />
      <p class="hint">{made.origins.length ? say("signUpReadyPages", { pages: made.origins.join(", ") }) : say("embedNoOrigins")}</p>
      <button type="button" class="button button-main" onClick={open}>
        {say("signUpOpen")}
      </button>
    </>
  );
}

function Proving({ panel, token, then }: { panel?: Panel; token: string; then: () => Promise<void> }) {
  const say = useWords();
  const order = useLoad(() => ask("POST /v1/sign-up/look", { body: { token } }), [token]);
  const [made, setMade] = useState<Made>();
  useFocus(made);
  return (
    <Door title={made ? say("signUpReady") : say("signUpProof")} panel={panel}>
      {made ? <Ready made={made} then={then} /> : <Shown of={order}>{(found) => <ProofForm order={found} token={token} then={setMade} />}</Shown>}
    </Door>
  );
}

// The token leaves the address at once, and is in no request but one's own.
const isHere = location.pathname === hrefOf("sign-up");
const tokenHere = isHere ? location.hash.slice(1) : "";
if (tokenHere) history.replaceState(history.state, "", location.pathname);

export function SignUp({ panel, then }: { panel?: Panel; then: () => Promise<void> }) {
  // The link may be opened where the page is already: then only the fragment changes.
  useEffect(() => {
    const listen = () => location.hash.startsWith("#su_") && location.reload();
    addEventListener("hashchange", listen);
    return () => removeEventListener("hashchange", listen);
  }, []);
  return tokenHere ? <Proving panel={panel} token={tokenHere} then={then} /> : <Ordering panel={panel} />;
}
