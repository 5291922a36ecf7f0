// Everything that a site has, in one file: for its owner to keep, or to take elsewhere. Shown where the server has the call.
import type { Call } from "./api.ts";
import { download } from "./download.ts";
import { Act, Card } from "./parts.tsx";
import { useMay, useSite } from "./session.tsx";
import { useWords } from "./words.ts";

/** Calls that older servers do not have: the list of open calls says whether this one does. */
export const siteExport = "GET /v1/export" as Call;
export const userExport = "GET /v1/users/{id}/export" as Call;

export function Leave() {
  const say = useWords();
  const may = useMay();
  const { name: tenant } = useSite();
  if (!may(siteExport)) return null;
  return (
    <Card title={say("leave")}>
      <p>{say("leaveHint")}</p>
      <div class="buttons">
        <Act label={say("leaveExport")} act={() => download(siteExport, { tenant }, `${tenant}.tar`)} />
      </div>
    </Card>
  );
}
