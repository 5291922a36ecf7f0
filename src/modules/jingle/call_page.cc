#include "modules/jingle/call_page.h"

#include <algorithm>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "http/languages.h"
#include "http/message.h"
#include "server/pages.h"
#include "xml/writer.h"

namespace teahouse::jingle {
namespace {

// Until the script is there, and for those who have none.
constexpr std::string_view style =
    ":root{color-scheme:light dark}"
    "body{margin:0;background:#f6f5f8;color:#1c1b22;font:1rem/1.55 system-ui,sans-serif}"
    "@media(prefers-color-scheme:dark){body{background:#17161b;color:#f1eff5}}"
    "noscript p{max-inline-size:34rem;margin:0 auto;padding:2rem 1rem}";

// In the page, so that no browser asks for /favicon.ico.
constexpr std::string_view icon =
    "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Cpath "
    "fill=%22%235b4bc4%22 d=%22M3 2h10a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H8l-4 3v-3H3a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z%22/%3E"
    "%3C/svg%3E";

struct Words {
  std::string_view language, title, needs_script;
};
constexpr Words english = {"en", "A call",
                           "This page needs JavaScript to make calls. Allow it, and load the page again."};
constexpr Words chinese = {"zh-CN", "通话", "此页面需要启用 JavaScript 才能通话。请启用后重新加载页面。"};

const Words& choose_words(std::string_view accept_language) {
  return http::choose_language(accept_language, {"en", "zh"}) == "zh" ? chinese : english;
}

std::string make_html(const Host& host, const Words& words) {
  std::string html = "<!doctype html><html lang='";
  html.append(words.language).append("'><head><meta charset='utf-8'>");
  html.append("<meta name='viewport' content='width=device-width,initial-scale=1,viewport-fit=cover'>");
  html.append("<meta name='robots' content='noindex'><link rel='icon' href='");
  html.append(icon).append("'><title>").append(words.title).append("</title><style>");
  html.append(style).append("</style></head><body data-site='");
  xml::append_escaped_value(html, host.tenant->site_id);
  html.append("'><noscript><p>").append(words.needs_script);
  html.append("</p></noscript><script type='module' src='/w/call.js'></script></body></html>\n");
  return html;
}

// The server's WebSocket by the name that the page was opened by: 'self' is of http alone in older browsers.
std::string find_sockets(const http::Request& request) {
  const std::string_view name = request.headers.value("Host");
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) || std::string_view(".-:[]").find(c) != std::string_view::npos;
  };
  if (name.empty() || name.size() > 260 || !std::all_of(name.begin(), name.end(), is_plain)) return {};
  return " ws://" + std::string(name) + " wss://" + std::string(name);
}

http::Response make_page(const Host& host, const http::Request& request) {
  http::Response response =
      http::make_text(200, make_html(host, choose_words(request.headers.value("Accept-Language"))));
  response.content_type = "text/html; charset=utf-8";
  response.headers.add("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'" +
                                                      find_sockets(request) +
                                                      "; img-src 'self' https: data:; style-src 'sha256-" +
                                                      crypto::to_base64(crypto::sha256(style)) +
                                                      "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.headers.add("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self)");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Referrer-Policy", "no-referrer");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Vary", "Accept-Language");
  return response;
}

}  // namespace

void add_call_page(ModuleContext& context) {
  context.on_http({HostKind::accounts,
                   "GET",
                   call_page_path,
                   [](const HostPtr& host, const http::Request& request, http::Responder responder) {
                     responder.send(make_page(*host, request));
                   },
                   {},
                   invite_page_below});
}

}  // namespace teahouse::jingle
