#include "domains/survey/web.h"

#include <boost/json.hpp>

#include <algorithm>

#include "http/posh.h"
#include "xml/document.h"
#include "xmpp/namespaces.h"

namespace teahouse::survey {
namespace {

namespace json = boost::json;

constexpr size_t depth_max = 16, links_max = 20;
constexpr std::string_view prefix = "urn:xmpp:alt-connections:";

struct Link {
  std::string relation, href;
};

void tell(Survey& survey, const std::string& url, Verdict verdict, std::string told) {
  survey.add({"web", url, verdict, std::move(told), {}});
}

// False: it was told that there is nothing to be read.
bool is_there(Survey& survey, const std::string& url, const WebAnswer& answer) {
  if (!answer) {
    tell(survey, url, Verdict::warn,
         "It can't be read: " + shown(answer.error().text) +
             ". Browsers and apps that may only speak HTTPS do not find the server.");
    return false;
  }
  if (answer->status == 404 || answer->status == 410) {
    tell(survey, url, Verdict::note,
         "There is none. Browsers find a server's WebSocket by it; where the web server is another machine, copy the "
         "file there.");
    return false;
  }
  if (answer->status >= 300 && answer->status < 400) {
    tell(survey, url, Verdict::note,
         "It leads to another address, which is not followed here; some apps do not either.");
    return false;
  }
  if (answer->status != 200) {
    tell(survey, url, Verdict::warn, "It answers " + std::to_string(answer->status) + " instead of the file.");
    return false;
  }
  if (answer->headers.value("Access-Control-Allow-Origin") != "*") {
    tell(survey, url, Verdict::warn,
         "It lacks the header \"Access-Control-Allow-Origin: *\", so that no page of another site may read it.");
  }
  return true;
}

void judge_links(Survey& survey, const std::string& url, const std::vector<Link>& links) {
  std::vector<std::string> ways;
  for (const Link& each : links) {
    if (!each.relation.starts_with(prefix)) continue;
    const std::string kind = shown(std::string_view(each.relation).substr(prefix.size()));
    const bool is_websocket = kind == "websocket" || kind == "s2s-websocket";
    const bool is_plain = each.href.starts_with("ws:") || each.href.starts_with("http:");
    if (is_plain || (is_websocket && !each.href.starts_with("wss:"))) {
      tell(survey, url, Verdict::bad,
           "Its " + kind + " is at " + shown(each.href) +
               ", which is not encrypted: clients must not go there. Name a wss or https address.");
      continue;
    }
    ways.push_back(each.href.empty() ? kind : kind + " at " + shown(each.href));
  }
  if (ways.empty()) return tell(survey, url, Verdict::note, "It names no way to an XMPP server.");
  tell(survey, url, Verdict::good, "It names " + listed(ways) + ".");
}

std::string text_of(const json::object& object, const char* member) {
  const json::value* found = object.if_contains(member);
  return found && found->is_string() ? std::string(std::string_view(found->get_string())) : std::string();
}

}  // namespace

// A file of XML may have a declaration and comments, which no stream has; the parser of streams takes the first alone.
void judge_host_meta(Survey& survey, const std::string& url, const WebAnswer& answer) {
  if (!is_there(survey, url, answer)) return;
  std::string_view body = answer->body;
  if (const size_t at = body.find("?>"); body.starts_with("<?xml") && at != body.npos) body.remove_prefix(at + 2);
  const auto document = xml::Document::parse(SharedBytes(std::string(body)), {.element_bytes_max = web_bytes_max});
  if (!document || !document->root().is("XRD", ns::xrd)) {
    return tell(survey, url, Verdict::warn,
                "It is no XRD that a simple reader understands" +
                    (document ? std::string() : ": " + shown(document.error().text)) + ".");
  }
  std::vector<Link> links;
  document->root().for_each_child([&](const xml::Element& each) {
    if (each.is("Link", ns::xrd) && links.size() < links_max) {
      links.push_back(
          {std::string(each.attribute("rel").value_or("")), std::string(each.attribute("href").value_or(""))});
    }
  });
  judge_links(survey, url, links);
}

void judge_host_meta_json(Survey& survey, const std::string& url, const WebAnswer& answer) {
  if (!is_there(survey, url, answer)) return;
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code failed;
  const auto value = json::parse({answer->body.data(), answer->body.size()}, failed, {}, options);
  const json::value* list = !failed && value.is_object() ? value.get_object().if_contains("links") : nullptr;
  if (!list || !list->is_array()) return tell(survey, url, Verdict::warn, "It is no JSON object with \"links\".");
  std::vector<Link> links;
  for (const json::value& each : list->get_array()) {
    if (!each.is_object() || links.size() == links_max) continue;
    links.push_back({text_of(each.get_object(), "rel"), text_of(each.get_object(), "href")});
  }
  judge_links(survey, url, links);
  if (const json::value* ours = value.get_object().if_contains("xmpp"); ours && ours->is_object()) {
    const bool lives = ours->get_object().contains("ttl");
    tell(survey, url, lives ? Verdict::good : Verdict::warn,
         lives ? "It is one of Host Meta 2 (XEP-0487)."
               : "It is one of Host Meta 2 (XEP-0487), but lacks \"ttl\" in \"xmpp\".");
  }
}

void judge_posh(Survey& survey, const std::string& url, const WebAnswer& answer,
                const std::vector<std::vector<std::string>>& chains) {
  if (!answer || answer->status != 200) return;  // most have none, and need none
  const auto posh = http::read_posh(answer->body);
  if (!posh) return tell(survey, url, Verdict::warn, shown(posh.error().text) + ".");
  if (!posh->url.empty()) {
    return tell(survey, url, Verdict::untried, "It leads to " + shown(posh->url) + ", which is not followed here.");
  }
  size_t named = 0, of = 0;
  for (const auto& chain : chains) {
    if (chain.empty()) continue;
    ++of;
    named += http::has_fingerprint(*posh, chain.front()) ? 1 : 0;
  }
  if (of == 0)
    return tell(survey, url, Verdict::untried, "It has fingerprints, but no certificate came that they could name.");
  if (named == of) return tell(survey, url, Verdict::good, "It has the fingerprint of the certificate.");
  tell(survey, url, Verdict::warn,
       "It lacks the fingerprint of a certificate that is shown: write the file anew when a certificate changes.");
}

}  // namespace teahouse::survey
