// The panel: a page for each address, and around it what the person may go to.
import { type ComponentChildren, render } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { ask, type Call, Refused, whenSignedOut } from "./api.ts";
import { later } from "./later.tsx";
import { Act, Page, Wait } from "./parts.tsx";
import { go, hrefOf, Link, useRoute } from "./route.tsx";
import { loadOpen, type Open, type Person, type Session, SessionContext, SiteContext, useLoad, useMay, useSession } from "./session.tsx";
import { First, SignIn } from "./sign-in.tsx";
import { Reports, SiteSettings, Start } from "./site.tsx";
import { Tenants } from "./tenants.tsx";
import { languages, setLanguage, useWords, type Word, WordsProvider } from "./words.ts";

const ofSitePages = () => import("./pages-site.ts");
const Domains = later(async () => (await ofSitePages()).Domains);
const Embed = later(async () => (await ofSitePages()).Embed);
const Invites = later(async () => (await ofSitePages()).Invites);
const Keys = later(async () => (await ofSitePages()).Keys);
const RoomPage = later(async () => (await ofSitePages()).RoomPage);
const Rooms = later(async () => (await ofSitePages()).Rooms);
const Tokens = later(async () => (await ofSitePages()).Tokens);
const UsagePage = later(async () => (await ofSitePages()).UsagePage);
const UserPage = later(async () => (await ofSitePages()).UserPage);
const Users = later(async () => (await ofSitePages()).Users);
const ofServerPages = () => import("./pages-server.ts");
const Audit = later(async () => (await ofServerPages()).Audit);
const Health = later(async () => (await ofServerPages()).Health);
const People = later(async () => (await ofServerPages()).People);
const PersonPage = later(async () => (await ofServerPages()).PersonPage);
const Plans = later(async () => (await ofServerPages()).Plans);
const ResellerPage = later(async () => (await ofServerPages()).ResellerPage);
const Resellers = later(async () => (await ofServerPages()).Resellers);
const TenantPage = later(async () => (await ofServerPages()).TenantPage);
const SignUp = later(async () => (await import("./sign-up.tsx")).SignUp);
const Account = later(async () => (await import("./account.tsx")).Account);

interface Place {
  word: Word;
  parts: string[];
  /** Shown to those whom the server lets make this call. */
  needs: Call;
}

const ofServer: Place[] = [
  { word: "tenants", parts: ["tenants"], needs: "GET /operator/v1/tenants" },
  { word: "plans", parts: ["plans"], needs: "GET /operator/v1/plans" },
  { word: "resellers", parts: ["resellers"], needs: "GET /operator/v1/resellers" },
  { word: "people", parts: ["people"], needs: "GET /operator/v1/persons" },
  { word: "health", parts: ["health"], needs: "GET /operator/v1/metrics" },
  { word: "audit", parts: ["audit"], needs: "GET /operator/v1/audit" },
];
const ofSite: Place[] = [
  { word: "start", parts: [], needs: "GET /v1/steps" },
  { word: "usage", parts: ["usage"], needs: "GET /v1/usage" },
  { word: "users", parts: ["users"], needs: "GET /v1/users" },
  { word: "rooms", parts: ["rooms"], needs: "GET /v1/rooms" },
  { word: "reports", parts: ["reports"], needs: "GET /v1/reports" },
  { word: "embed", parts: ["embed"], needs: "GET /v1/tenant" },
  { word: "domains", parts: ["domains"], needs: "GET /v1/domains" },
  { word: "keys", parts: ["keys"], needs: "GET /v1/keys" },
  { word: "tokens", parts: ["tokens"], needs: "POST /v1/tokens/check" },
  { word: "invites", parts: ["invites"], needs: "GET /v1/invites" },
  { word: "settings", parts: ["settings"], needs: "PATCH /v1/tenant" },
];

function Nav({ places, open, base = [], label }: { places: Place[]; open: Open; base?: string[]; label: string }) {
  const say = useWords();
  const route = useRoute();
  const shown = places.filter(({ needs }) => open.has(needs));
  if (!shown.length) return null;
  const isCurrent = ({ parts }: Place) =>
    [...base, ...parts].every((part, i) => route[i] === part) && (parts.length > 0 || route.length === base.length);
  return (
    <nav aria-label={label}>
      <p class="nav-title" aria-hidden="true">
        {label}
      </p>
      <ul>
        {shown.map((place) => (
          <li key={place.word}>
            <Link to={hrefOf(...base, ...place.parts)} aria-current={isCurrent(place) ? "page" : undefined}>
              {say(place.word)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Nothing() {
  const say = useWords();
  return (
    <Page title={say("nothingHere")}>
      <p>{say("nothingHereHint")}</p>
    </Page>
  );
}

function SitePage({ page, id }: { page: string | undefined; id: string | undefined }) {
  switch (page) {
    case undefined:
      return <Start />;
    case "usage":
      return <UsagePage />;
    case "users":
      return id ? <UserPage id={id} /> : <Users />;
    case "rooms":
      return id ? <RoomPage id={id} /> : <Rooms />;
    case "reports":
      return <Reports />;
    case "embed":
      return <Embed />;
    case "domains":
      return <Domains />;
    case "tokens":
      return <Tokens />;
    case "keys":
      return <Keys />;
    case "invites":
      return <Invites />;
    case "settings":
      return <SiteSettings />;
    default:
      return <Nothing />;
  }
}

function ServerPage({ route }: { route: string[] }) {
  const may = useMay();
  const [page, name] = route;
  if (page === "tenants") return name ? <TenantPage name={name} /> : <Tenants />;
  if (page === "plans") return <Plans />;
  if (page === "resellers") return name ? <ResellerPage name={name} /> : <Resellers />;
  if (page === "people") return name ? <PersonPage email={name} /> : <People />;
  if (page === "health" && may("GET /operator/v1/metrics")) return <Health />;
  if (page === "audit") return <Audit />;
  if (page === "account") return <Account />;
  return <Nothing />;
}

const tenantsOf = ({ roles }: Person) => roles.flatMap(({ tenant }) => (tenant ? [tenant] : []));
const resellersOf = ({ roles }: Person) => roles.flatMap(({ role, reseller }) => (role === "reseller" && reseller ? [reseller] : []));

/** Where somebody is who has named no page. */
function homeOf({ person, open }: Session): string {
  const [site] = tenantsOf(person);
  if (open.has("GET /operator/v1/tenants")) return hrefOf("tenants");
  return site ? hrefOf("site", site) : hrefOf("account");
}

function LanguageSwitch() {
  const say = useWords();
  return (
    <label class="language">
      <span class="hidden">{say("language")}</span>
      <select value={say.language} onChange={(event) => setLanguage(event.currentTarget.value)}>
        {languages.map(([code, name]) => (
          <option key={code} value={code} selected={code === say.language}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Around({ nav, children, brand }: { nav: ComponentChildren; children: ComponentChildren; brand: string }) {
  const say = useWords();
  const { person, signOut } = useSession();
  const route = useRoute();
  const [isOpen, setOpen] = useState(false);
  const path = route.join("/");
  useEffect(() => setOpen(false), [path]);
  return (
    <div class="frame">
      <a class="skip" href="#main">
        {say("skip")}
      </a>
      <header>
        <button type="button" class="button menu" aria-expanded={isOpen} aria-controls="side" onClick={() => setOpen(!isOpen)}>
          {say("menu")}
        </button>
        <Link to={hrefOf()} class="brand">
          {brand}
        </Link>
        <LanguageSwitch />
        <Link to={hrefOf("account")} class="who">
          <span class="hidden">{say("account")}: </span>
          {person.name}
        </Link>
        <Act label={say("signOut")} act={signOut} kind="button-small" />
      </header>
      <div id="side" class="side" data-open={isOpen ? "yes" : undefined}>
        {nav}
      </div>
      <main id="main">{children}</main>
    </div>
  );
}

function SiteChoice({ person, site }: { person: Person; site: string }) {
  const say = useWords();
  const all = [...new Set([...tenantsOf(person), site])];
  if (all.length < 2) return null;
  return (
    <nav aria-label={say("site")}>
      <label class="site-choice">
        <span>{say("site")}</span>
        <select value={site} onChange={(event) => go(hrefOf("site", event.currentTarget.value))}>
          {all.map((name) => (
            <option key={name} value={name} selected={name === site}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </nav>
  );
}

function InSite({ name, brand, page, id }: { name: string; brand: string; page: string | undefined; id: string | undefined }) {
  const say = useWords();
  const session = useSession();
  const open = useLoad(() => loadOpen(name), [name, session.person]);
  const site = useMemo(() => ({ name, open: open.value ?? new Set<string>() }), [name, open.value]);
  const isOpened = !tenantsOf(session.person).includes(name);
  const sites = ofSite.some(({ needs }) => site.open.has(needs));
  return (
    <SiteContext.Provider value={site}>
      <Around
        brand={brand}
        nav={
          <>
            <SiteChoice person={session.person} site={name} />
            <Nav places={ofSite} open={site.open} base={["site", name]} label={name} />
            <Nav places={ofServer} open={session.open} label={say("server")} />
          </>
        }
      >
        {isOpened && sites && (
          <p class="as-owner" role="status">
            {say("asOwner", { name })} <Link to={hrefOf("tenants", name)}>{say("asOwnerLeave")}</Link>
          </p>
        )}
        {!open.value ? <Wait error={open.error} /> : sites ? <SitePage key={`${name} ${page} ${id}`} page={page} id={id} /> : <Nothing />}
      </Around>
    </SiteContext.Provider>
  );
}

function Signed({ session, brand }: { session: Session; brand: string }) {
  const say = useWords();
  const route = useRoute();
  const [first, second, third, fourth] = route;
  const isHome = !first || first === "first";
  useEffect(() => {
    if (isHome) go(homeOf(session), { replaces: true });
  }, [isHome, session]);
  if (isHome) return null;
  if (first === "site" && second) return <InSite name={second} brand={brand} page={third} id={fourth} />;
  const own = resellersOf(session.person).filter(() => !session.open.has("GET /operator/v1/resellers"));
  const places = [
    ...ofServer,
    ...own.map((name): Place => ({ word: "ownReseller", parts: ["resellers", name], needs: "GET /operator/v1/resellers/{reseller}" })),
  ];
  const sites = tenantsOf(session.person).map((name): Place => ({ word: "start", parts: ["site", name], needs: "GET /v1/persons/me" }));
  return (
    <Around
      brand={brand}
      nav={
        <>
          <Nav places={places} open={session.open} label={say("server")} />
          {sites.map((place) => (
            <Nav key={place.parts[1]} places={[place]} open={session.open} label={place.parts[1] ?? ""} />
          ))}
        </>
      }
    >
      <ServerPage key={route.join("/")} route={route} />
    </Around>
  );
}

function App() {
  const say = useWords();
  const route = useRoute();
  const [panel, setPanel] = useState<Schemas["Panel"]>();
  const [state, setState] = useState<{ person: Person; open: Open } | "out" | Refused>();
  const [ended, setEnded] = useState(false);
  const load = useCallback(async () => {
    const [person, open] = await Promise.all([ask("GET /v1/persons/me"), loadOpen()]);
    setEnded(false);
    setState({ person, open });
  }, []);
  useEffect(() => {
    whenSignedOut(() =>
      setState((now) => {
        setEnded(now !== undefined && now !== "out");
        return "out";
      }),
    );
    ask("GET /v1/panel").then(setPanel, () => {});
    load().catch((error) => error instanceof Refused && error.status !== 401 && setState(error));
  }, [load]);
  const session = useMemo((): Session | null => {
    if (!state || state === "out" || state instanceof Refused) return null;
    const signOut = async () => {
      await ask("DELETE /v1/persons/me/sessions/{id}", { path: { id: "current" } });
      setEnded(false);
      setState("out");
    };
    return { ...state, refresh: load, signOut };
  }, [state, load]);
  useEffect(() => {
    const color = panel?.theme?.color;
    if (typeof color === "string" && /^#[0-9a-f]{6}$/i.test(color)) document.documentElement.style.setProperty("--brand", color);
  }, [panel]);
  if (route[0] === "sign-up") {
    return (
      <>
        <header class="door-language">
          <LanguageSwitch />
        </header>
        <SignUp panel={panel} then={load} />
      </>
    );
  }
  if (state === undefined) return <p class="wait">{say("loading")}</p>;
  if (state instanceof Refused) {
    return (
      <main class="door">
        <Wait error={state} />
      </main>
    );
  }
  if (!session) {
    return (
      <>
        <header class="door-language">
          <LanguageSwitch />
        </header>
        {route[0] === "first" ? <First panel={panel} then={load} /> : <SignIn panel={panel} then={load} notice={ended ? say("ended") : undefined} />}
      </>
    );
  }
  return (
    <SessionContext.Provider value={session}>
      <Signed session={session} brand={panel?.name ?? "Teahouse"} />
    </SessionContext.Provider>
  );
}

render(
  <WordsProvider>
    <App />
  </WordsProvider>,
  document.getElementById("app") as HTMLElement,
);
