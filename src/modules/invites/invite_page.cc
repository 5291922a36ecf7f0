#include "modules/invites/invite_page.h"

#include "account/accounts.h"
#include "account/invite_uri.h"
#include "account/user_id.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "modules/invites/invite_words.h"
#include "server/pages.h"
#include "xml/writer.h"

namespace teahouse {
namespace {

// Logical sizes alone, so that it reads from right to left as well; colours of the reader's choice.
constexpr std::string_view style =
    ":root{color-scheme:light dark;--ink:#1c1b22;--quiet:#55535e;--ground:#f6f5f8;--sheet:#fff;--line:#d9d6e0;"
    "--act:#0b6e4f;--on-act:#fff}"
    "@media(prefers-color-scheme:dark){:root{--ink:#f1eff5;--quiet:#b4b0bf;--ground:#17161b;--sheet:#222127;"
    "--line:#3d3b45;--act:#4cc38a;--on-act:#0a2018}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}"
    "main{max-inline-size:34rem;margin:0 auto;padding:1.5rem 1rem 3rem}"
    "section{background:var(--sheet);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem;"
    "margin-block-end:1rem;overflow-wrap:anywhere}"
    "h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}h2{font-size:1.05rem;margin:0 0 .5rem}"
    "p{margin:0 0 .75rem}p:last-child{margin:0}.quiet{color:var(--quiet);font-size:.9rem}"
    ".go{display:block;text-align:center;background:var(--act);color:var(--on-act);font-weight:600;"
    "text-decoration:none;padding:.85rem 1rem;border-radius:.5rem;margin-block:1rem}"
    ".go:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid var(--ink);outline-offset:2px}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1rem;margin:.5rem 0 0}dt{color:var(--quiet)}"
    "dd{margin:0}a{color:var(--act)}code{font:.85rem/1.4 ui-monospace,monospace;user-select:all}"
    "summary{cursor:pointer}";

struct Client {
  std::string_view name, url;
};
struct Platform {
  std::string_view name;
  std::vector<Client> clients;
};

const std::vector<Platform>& platforms() {
  constexpr Client conversations{"Conversations", "https://conversations.im/"},
      cheogram{"Cheogram", "https://cheogram.com/"}, monal{"Monal", "https://monal-im.org/"},
      siskin{"Siskin", "https://siskin.im/"}, beagle{"Beagle", "https://beagle.im/"},
      gajim{"Gajim", "https://gajim.org/"}, dino{"Dino", "https://dino.im/"};
  static const std::vector<Platform> all = {{"Android", {conversations, cheogram}},
                                            {"iPhone, iPad", {monal, siskin}},
                                            {"Windows", {gajim}},
                                            {"macOS", {monal, beagle}},
                                            {"Linux", {dino, gajim}}};
  return all;
}

struct Page {
  const InviteWords& words;
  std::string domain;
  std::string inviter;  // empty: the site
  std::string uri;      // empty: the token is none
  int64_t expires_ms = 0;
  bool opens_account = false;
};

class Html {
 public:
  Html& raw(std::string_view text) {
    out.append(text);
    return *this;
  }
  Html& text(std::string_view text) {
    xml::append_escaped(out, text);
    return *this;
  }
  Html& value(std::string_view text) {
    xml::append_escaped_value(out, text);
    return *this;
  }
  // A sentence, in which {} is a name that keeps its own direction.
  Html& sentence(std::string_view words, std::string_view name) {
    const size_t at = words.find("{}");
    text(words.substr(0, at));
    if (at != words.npos) raw("<bdi>").text(name).raw("</bdi>").text(words.substr(at + 2));
    return *this;
  }
  std::string out;
};

void write_clients(Html& html, const InviteWords& words) {
  html.raw("<section><h2>").text(words.need_client).raw("</h2><p>").text(words.install).raw("</p><dl>");
  for (const Platform& platform : platforms()) {
    html.raw("<dt>").text(platform.name).raw("</dt><dd>");
    bool is_first = true;
    for (const Client& client : platform.clients) {
      if (!std::exchange(is_first, false)) html.text(words.comma);
      html.raw("<a rel='noreferrer noopener' href='").value(client.url).raw("'>").text(client.name).raw("</a>");
    }
    html.raw("</dd>");
  }
  html.raw("</dl></section>");
}

std::string make_html(const Page& page) {
  const InviteWords& words = page.words;
  Html html;
  html.raw("<!doctype html><html lang='").raw(words.language).raw("'><head><meta charset='utf-8'>");
  html.raw(
      "<meta name='viewport' content='width=device-width, initial-scale=1'><meta name='robots' content='noindex'>");
  html.raw("<title>").text(page.uri.empty() ? words.not_valid : words.title).raw("</title><style>").raw(style);
  html.raw("</style></head><body><main><section><h1>");
  if (page.uri.empty()) {
    html.text(words.not_valid).raw("</h1><p>").sentence(words.why_not_valid, page.domain).raw("</p></section>");
    return html.raw("</main></body></html>\n").out;
  }
  if (page.inviter.empty()) {
    html.sentence(words.site_invites, page.domain);
  } else {
    html.sentence(words.invites, page.inviter);
  }
  html.raw("</h1><p>").sentence(page.opens_account ? words.makes_account : words.makes_contact, page.domain);
  html.raw("</p><a class='go' href='").value(page.uri).raw("'>").text(words.accept).raw("</a><p class='quiet'>");
  html.text(words.lasts).raw(" <time>").text(format_time(page.expires_ms).substr(0, 10)).raw("</time></p></section>");
  write_clients(html, words);
  html.raw("<section><details><summary>").text(words.address).raw("</summary><p><code dir='ltr'>").text(page.uri);
  html.raw("</code></p></details></section></main></body></html>\n");
  return html.out;
}

http::Response make_response(const Page& page) {
  http::Response response = http::make_text(page.uri.empty() ? 404 : 200, make_html(page));
  response.content_type = "text/html; charset=utf-8";
  response.headers.add("Content-Security-Policy", "default-src 'none'; style-src 'sha256-" +
                                                      crypto::to_base64(crypto::sha256(style)) +
                                                      "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Referrer-Policy", "no-referrer");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Vary", "Accept-Language");
  return response;
}

Task<void> get(ModuleContext& context, HostPtr host, http::Request request, http::Responder responder) {
  const TenantPtr tenant = host->tenant;
  Page page{choose_invite_words(request.headers.value("Accept-Language")), host->domain, {}, {}};
  const std::string& token = request.capture("token");
  const InvitePtr invite = tenant->suspended ? nullptr : context.accounts().invites().find(tenant->id, token);
  if (invite) {
    page.uri = make_invite_uri(*tenant, *invite, token);
    page.expires_ms = invite->expires_ms;
    page.opens_account = invite->opens_account;
  }
  if (invite && !invite->inviter.empty()) {
    const auto account = co_await context.accounts().find(context.loop(), tenant, invite->inviter);
    const bool is_named = account && account->incarnation == invite->incarnation && !account->name.empty();
    page.inviter = is_named ? account->name : user_id_at(*tenant, invite->inviter);
  }
  responder.send(make_response(page));
}

}  // namespace

void add_invite_page(ModuleContext& context) {
  context.on_http({HostKind::accounts,
                   "GET",
                   invite_page_path,
                   [&context](const HostPtr& host, http::Request request, http::Responder responder) {
                     spawn(get(context, host, std::move(request), std::move(responder)));
                   },
                   {},
                   invite_page_below});
}

std::string invite_page_url(const SharedContext& context, const Host& host, std::string_view token) {
  return context.page_address(host, invite_page_below).append("/invite/").append(token);
}

}  // namespace teahouse
