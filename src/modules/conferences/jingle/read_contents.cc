#include <algorithm>
#include <optional>

#include "base/text.h"
#include "modules/conferences/jingle/contents.h"
#include "xmpp/namespaces.h"

namespace teahouse::conferences {
namespace {

constexpr bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

template <class Allowed>
bool is_all(std::string_view text, Allowed allowed) {
  return !text.empty() && text.size() <= text_max && std::ranges::all_of(text, allowed);
}

// RFC 8866's token.
bool is_token(std::string_view text) {
  return is_all(text, [](char c) {
    return is_alnum(c) || std::string_view("!#$%&'*+.^_`{|}~-").find(c) != std::string_view::npos;
  });
}
// One line that neither begins nor ends with a space.
bool is_printed(std::string_view text) {
  return is_all(text, [](char c) { return c >= ' ' && c <= '~'; }) && text.front() != ' ' && text.back() != ' ';
}
bool is_uri(std::string_view text) {
  return is_all(text, [](char c) { return c > ' ' && c <= '~'; });
}
// "=", "-" and "_" are not ICE's, but some write them.
bool is_ice(std::string_view text) {
  return is_all(text,
                [](char c) { return is_alnum(c) || std::string_view("+/=_-").find(c) != std::string_view::npos; });
}
bool is_ssrc(std::string_view text) { return text.size() <= 10 && parse_decimal<uint32_t>(text).has_value(); }
bool is_fingerprint(std::string_view text) {
  if (text.size() < 59 || text.size() > 191 || text.size() % 3 != 2) return false;
  for (size_t at = 0; at < text.size(); ++at) {
    if (at % 3 == 2 ? text[at] != ':' : !is_hex(text[at])) return false;
  }
  return true;
}

// Reads until something is wrong, of which the first is told.
class Reader {
 public:
  std::string why;

  using Check = bool (*)(std::string_view);
  std::string text(const xml::Element& element, const char* name, Check check, std::string_view missing = {}) {
    const auto said = element.attribute(name);
    if (!said || (said->empty() && !missing.empty())) return missing_text(element, name, missing);
    if (!check(*said)) fail(element, name);
    return std::string(*said);
  }
  // The same, but it may be absent or empty.
  std::string optional_text(const xml::Element& element, const char* name, Check check) {
    const auto said = element.attribute(name);
    if (!said || said->empty()) return {};
    if (!check(*said)) fail(element, name);
    return std::string(*said);
  }
  int64_t number(const xml::Element& element, const char* name, int64_t max, std::optional<int64_t> missing = {}) {
    const auto said = element.attribute(name);
    if ((!said || said->empty()) && missing) return *missing;
    const auto number = said && said->size() <= 10 ? parse_decimal<int64_t>(*said) : std::nullopt;
    if (!number || *number < 0 || *number > max) {
      fail(element, name);
      return 0;
    }
    return *number;
  }
  template <class Visit>
  void each(const xml::Element& parent, const char* name, const char* ns, size_t max, Visit visit) {
    size_t count = 0;
    parent.for_each_child([&](const xml::Element& child) {
      if (!why.empty() || !child.is(name, ns)) return;
      if (++count > max) return fail_with("There are more than " + std::to_string(max) + " <" + name + "/>.");
      visit(child);
    });
  }
  void fail(const xml::Element& element, const char* name) {
    fail_with("'" + std::string(name) + "' of <" + std::string(element.name()) + "/> can't be used.");
  }
  void fail_with(std::string sentence) {
    if (why.empty()) why = std::move(sentence);
  }

 private:
  std::string missing_text(const xml::Element& element, const char* name, std::string_view missing) {
    if (missing.empty()) fail(element, name);
    return std::string(missing);
  }
};

std::vector<Pair> read_feedback(Reader& reader, const xml::Element& parent) {
  std::vector<Pair> feedback;
  reader.each(parent, "rtcp-fb", ns::jingle_rtcp_fb, feedback_max, [&](const xml::Element& each) {
    feedback.emplace_back(reader.text(each, "type", is_token), reader.optional_text(each, "subtype", is_printed));
  });
  return feedback;
}

std::vector<Pair> read_parameters(Reader& reader, const xml::Element& parent, const char* ns) {
  std::vector<Pair> parameters;
  reader.each(parent, "parameter", ns, parameters_max, [&](const xml::Element& each) {
    Pair pair{reader.optional_text(each, "name", is_token), reader.optional_text(each, "value", is_printed)};
    if (!pair.first.empty() || !pair.second.empty()) parameters.push_back(std::move(pair));
  });
  return parameters;
}

Senders read_senders(Reader& reader, const xml::Element& element) {
  const std::string_view said = element.attribute("senders").value_or("");
  if (said.empty() || said == "both") return Senders::both;
  if (said == "initiator") return Senders::initiator;
  if (said == "responder") return Senders::responder;
  if (said != "none") reader.fail(element, "senders");
  return Senders::none;
}

Description read_description(Reader& reader, const xml::Element& element) {
  Description description;
  description.media = element.attribute("media").value_or("");
  if (description.media != "audio" && description.media != "video") reader.fail(element, "media");
  reader.each(element, "payload-type", ns::jingle_rtp, codecs_max, [&](const xml::Element& each) {
    description.codecs.push_back({reader.number(each, "id", 127), reader.text(each, "name", is_token, "unknown"),
                                  reader.number(each, "clockrate", 1'000'000, 8000),
                                  reader.number(each, "channels", 255, 1),
                                  read_parameters(reader, each, ns::jingle_rtp), read_feedback(reader, each)});
  });
  description.feedback = read_feedback(reader, element);
  reader.each(element, "rtp-hdrext", ns::jingle_rtp_hdrext, extensions_max, [&](const xml::Element& each) {
    description.extensions.push_back(
        {reader.number(each, "id", 255), reader.text(each, "uri", is_uri), read_senders(reader, each)});
  });
  description.mixed_extensions = element.child("extmap-allow-mixed", ns::jingle_rtp_hdrext).has_value();
  reader.each(element, "source", ns::jingle_ssma, sources_max, [&](const xml::Element& each) {
    Source source{reader.text(each, "ssrc", is_ssrc), read_parameters(reader, each, ns::jingle_ssma)};
    std::erase_if(source.parameters, [](const Pair& pair) { return pair.first.empty(); });
    description.sources.push_back(std::move(source));
  });
  reader.each(element, "ssrc-group", ns::jingle_ssma, groups_max, [&](const xml::Element& each) {
    SourceGroup group{reader.text(each, "semantics", is_token), {}};
    reader.each(each, "source", ns::jingle_ssma, sources_max,
                [&](const xml::Element& one) { group.ssrcs.push_back(reader.text(one, "ssrc", is_ssrc)); });
    if (!group.ssrcs.empty()) description.groups.push_back(std::move(group));
  });
  return description;
}

bool is_hash(std::string_view text) {
  return text == "sha-1" || text == "sha-224" || text == "sha-256" || text == "sha-384" || text == "sha-512";
}
bool is_setup(std::string_view text) { return text == "active" || text == "passive" || text == "actpass"; }

std::string strip(std::string text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && is_space(text.back())) text.pop_back();
  text.erase(text.begin(), std::ranges::find_if_not(text, is_space));
  return text;
}

Transport read_transport(Reader& reader, const xml::Element& element) {
  Transport transport;
  transport.ufrag = reader.text(element, "ufrag", is_ice);
  transport.pwd = reader.text(element, "pwd", is_ice);
  const auto fingerprint = element.child("fingerprint", ns::jingle_dtls);
  if (!fingerprint) return transport;
  transport.fingerprint = {reader.text(*fingerprint, "hash", is_hash),
                           reader.text(*fingerprint, "setup", is_setup, "actpass"), strip(fingerprint->text())};
  if (!is_fingerprint(transport.fingerprint.value)) reader.fail_with("<fingerprint/> can't be used.");
  return transport;
}

Content read_content(Reader& reader, const xml::Element& element) {
  Content content;
  content.name = element.attribute("name").value_or("");
  if (content.name.empty() || content.name.size() > text_max) reader.fail(element, "name");
  content.senders = read_senders(reader, element);
  const auto description = element.child("description", ns::jingle_rtp);
  const auto transport = element.child("transport", ns::jingle_ice_udp);
  if (!description || !transport) {
    reader.fail_with("A <content/> has a <description/> of XEP-0167 and a <transport/> of XEP-0176.");
    return content;
  }
  content.description = read_description(reader, *description);
  content.transport = read_transport(reader, *transport);
  return content;
}

}  // namespace

Result<Contents> read_contents(const xml::Element& jingle) {
  Reader reader;
  Contents all;
  reader.each(jingle, "content", ns::jingle, contents_max, [&](const xml::Element& each) {
    Content content = read_content(reader, each);
    const bool is_twice =
        std::ranges::any_of(all.contents, [&](const Content& other) { return other.name == content.name; });
    if (is_twice) reader.fail_with("Two contents have one name.");
    all.contents.push_back(std::move(content));
  });
  reader.each(jingle, "group", ns::jingle_grouping, groups_max, [&](const xml::Element& group) {
    if (group.attribute("semantics").value_or("") != "BUNDLE" || !all.bundle.empty()) return;
    reader.each(group, "content", ns::jingle_grouping, contents_max,
                [&](const xml::Element& each) { all.bundle.emplace_back(each.attribute("name").value_or("")); });
  });
  if (all.contents.empty()) reader.fail_with("There is no <content/>.");
  const bool is_safe =
      std::ranges::any_of(all.contents, [](const Content& each) { return !each.transport.fingerprint.value.empty(); });
  if (!is_safe) reader.fail_with("There is no <fingerprint/> (XEP-0320): media is encrypted here.");
  if (!reader.why.empty()) return Error{ErrorKind::bad_request, std::move(reader.why)};
  return all;
}

}  // namespace teahouse::conferences
