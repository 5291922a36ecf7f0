// The embed code. All of it is text: nothing here is run.

export const forms = ["html", "php", "asp", "wordpress"] as const;
export type Form = (typeof forms)[number];

export interface Look {
  mode: "bubble" | "inline" | "page";
  theme: "auto" | "light" | "dark";
  lang: "" | "en" | "zh";
  calls: "off" | "audio" | "video";
  /** A call rings so that it is heard. */
  tone: "on" | "off";
  /** The room in which the chat begins; empty for the lobby. */
  room: string;
  /** Notifications while no page is open, by a file that the site's owner copies. */
  push: boolean;
  /** The site's own users are signed in, by a token that its server signs. */
  users: boolean;
}

/** A value of an attribute, in double quotes, in HTML and in a text of PHP in single ones. */
const quote = (text: string) => text.replace(/[&"<>'\\]/g, (c) => `&#${c.charCodeAt(0)};`);

/** The attributes of the tag, but for a token; those that say what is so anyway are left out. */
function attributes(site: string, { mode, theme, lang, calls, tone, room, push }: Look): string {
  const given: [string, string, string][] = [
    ["site", site, ""],
    ["mode", mode, "bubble"],
    ["theme", theme, "auto"],
    ["lang", lang, ""],
    ["calls", calls, "off"],
    ["calls-tone", calls === "off" ? "on" : tone, "on"],
    ["room", room.trim(), ""],
    ["push", push ? "/teahouse-push.js" : "", ""],
  ];
  return given
    .filter(([, value, usual]) => value !== usual)
    .map(([name, value]) => ` data-${name}="${quote(value)}"`)
    .join("");
}

const tag = (origin: string, more: string) => `<script async crossorigin src="${origin}/w.js"${more}></script>`;

const php = (site: string) => `<?php
// $id, $name: of the user who has signed in at your site; '' for a visitor.
function im_token($id, $name) {
    $site = '${site}';
    $secret = getenv('TEAHOUSE_SECRET');
    $b64 = function ($text) { return rtrim(strtr(base64_encode($text), '+/', '-_'), '='); };
    $claims = array('iss' => $site, 'sub' => (string) $id, 'name' => $name, 'exp' => time() + 3600);
    $data = $b64('{"alg":"HS256","typ":"JWT"}') . '.' . $b64(json_encode($claims));
    return $data . '.' . $b64(hash_hmac('sha256', $data, $secret, true));
}
?>
`;

const asp = (site: string) => `<%@ Page Language="C#" %>
<%@ Import Namespace="System.Security.Cryptography" %>
<%@ Import Namespace="System.Text" %>
<script runat="server">
// id, name: of the user who has signed in at your site.
static string B64(byte[] bytes) { return Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_'); }
static string ImToken(string id, string name) {
    var secret = Environment.GetEnvironmentVariable("TEAHOUSE_SECRET");
    var exp = (long)(DateTime.UtcNow - new DateTime(1970, 1, 1)).TotalSeconds + 3600;
    var claims = new System.Web.Script.Serialization.JavaScriptSerializer().Serialize(
        new { iss = "${site}", sub = id, name = name, exp = exp });
    var data = B64(Encoding.UTF8.GetBytes("{\\"alg\\":\\"HS256\\",\\"typ\\":\\"JWT\\"}")) + "." + B64(Encoding.UTF8.GetBytes(claims));
    using (var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(secret))) {
        return data + "." + B64(hmac.ComputeHash(Encoding.UTF8.GetBytes(data)));
    }
}
</script>
`;

function wordpress(origin: string, site: string, look: Look): string {
  const users = look.users
    ? `
function teahouse_token() {
    $user = wp_get_current_user();
    if (!$user->exists()) return '';
    $b64 = function ($text) { return rtrim(strtr(base64_encode($text), '+/', '-_'), '='); };
    $claims = array('iss' => '${site}', 'sub' => (string) $user->ID, 'name' => $user->display_name, 'exp' => time() + 3600);
    $data = $b64('{"alg":"HS256","typ":"JWT"}') . '.' . $b64(wp_json_encode($claims));
    return $data . '.' . $b64(hash_hmac('sha256', $data, TEAHOUSE_SECRET, true));
}
`
    : "";
  const token = look.users ? ` data-token="' . esc_attr(teahouse_token()) . '"` : "";
  return `<?php
/* Plugin Name: Teahouse chat */
if (!defined('ABSPATH')) exit;
${users}
add_action('wp_footer', function () {
    echo '${tag(origin, attributes(site, look) + token)}';
});
`;
}

export function write(form: Form, origin: string, site: string, look: Look): string {
  const given = attributes(site, look);
  if (form === "wordpress") return wordpress(origin, site, look);
  if (!look.users) return `${tag(origin, given)}\n`;
  if (form === "php") return `${php(site)}${tag(origin, `${given} data-token="<?= htmlspecialchars(im_token($id, $name)) ?>"`)}\n`;
  if (form === "asp") return `${asp(site)}${tag(origin, `${given} data-token="<%: ImToken(id, name) %>"`)}\n`;
  return `${tag(origin, `${given} data-token-url="/im-token"`)}\n`;
}

/** What a page with a Content-Security-Policy of its own must allow. */
export function policyOf(origin: string, { push }: Look): string {
  const socket = origin.replace(/^http/, "ws");
  const lines = [`script-src ${origin}`, `connect-src ${origin} ${socket}`, `img-src ${origin}`, `media-src ${origin}`];
  return `${[...lines, ...(push ? ["worker-src 'self'"] : []), "trusted-types teahouse"].join(";\n")}\n`;
}
