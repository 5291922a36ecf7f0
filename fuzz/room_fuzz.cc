// Rooms: what clients say of them as text. The first byte says which: a version of affiliations (v) is known only if
// the room has told it; a hat (h: URI, title and hue, a line each) that is taken is written as XML that says the same;
// rules for mentions (m) and a configuration (c) are read as they were written.
#include <algorithm>

#include "base/text.h"
#include "fuzz/xml_check_fuzz.h"
#include "modules/muc/hats.h"
#include "modules/muc/mentions.h"
#include "modules/muc/storage.h"
#include "modules/muc/versions.h"

namespace room_fuzz {
namespace {

using namespace teahouse;
using namespace teahouse::muc;
using xml::fuzz::require;

void check_version(std::string_view text) {
  const BareJid user = BareJid::parse("u@shop.example").value();
  AffiliationVersions versions;
  versions.begin("nonce");
  for (const Readable readable : {Readable::people, Readable::everything}) {
    std::vector<std::string> told{versions.current(readable)};
    for (const Affiliation after : {Affiliation::outcast, Affiliation::member, Affiliation::owner}) {
      versions.add(user, Affiliation::none, after);
      told.push_back(versions.current(readable));
    }
    const bool is_told = std::find(told.begin(), told.end(), text) != told.end();
    require(!versions.since(readable, text) || is_told, "a version that nobody was told is known");
  }
}

void check_hat_text(std::string_view text) {
  std::string lines[3];
  for (std::string& line : lines) {
    const size_t end = std::min(text.find('\n'), text.size());
    line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto& [uri, title, hue] = lines;
  if (!check_hat(uri, {title, hue})) return;
  const BareJid user = BareJid::parse("u@shop.example").value();
  Hats hats;
  hats.made[uri] = {title, hue};
  hats.worn[user] = {uri};
  const auto document = xml::Document::parse(SharedBytes(hats.write_worn(user)));
  require(static_cast<bool>(document), "a hat is no XML");
  const auto hat = document->root().first_child();
  require(hat && hat->attribute("uri") == uri && hat->attribute("title") == title, "a hat says something else");
  require(hat->attribute("hue").value_or("") == hue, "a hue says something else");
}

void check_rules(std::string_view text) {
  MentionRules rules, again;
  read_mention_powers(text, rules);
  read_mention_powers(write_mention_powers(rules), again);
  require(rules == again, "rules for mentions are read as others");
}

void check_config(std::string_view text) {
  const auto config = read_config(text);
  if (config) require(read_config(write_config(*config)) == config, "a configuration is read as another");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.empty() || !is_text(text)) return 0;
  const std::string_view rest = text.substr(1);
  switch (text.front()) {
    case 'v': check_version(rest); break;
    case 'h': check_hat_text(rest); break;
    case 'm': check_rules(rest); break;
    case 'c': check_config(rest); break;
    default: break;
  }
  return 0;
}

}  // namespace room_fuzz
