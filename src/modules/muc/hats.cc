#include "modules/muc/hats.h"

#include <algorithm>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "tenant/names.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::muc {
namespace {

constexpr size_t hash_bytes = 20;
constexpr size_t hue_digits_max = 3, hue_decimals_max = 6;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// An absolute IRI as far as it matters: a scheme, and nothing that none has.
bool is_uri(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || colon + 1 == text.size() || !is_alpha(text.front())) return false;
  const std::string_view scheme = text.substr(0, colon);
  const bool has_scheme = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  return has_scheme && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || c == '\x7F' ||
                  std::string_view("<>\"\\^`{|}").find(c) != std::string_view::npos;
         });
}

// From 0 to 360.
bool is_hue(std::string_view text) {
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals = text.substr(std::min(point + 1, text.size()));
  if (whole.empty() || whole.size() > hue_digits_max || decimals.size() > hue_decimals_max) return false;
  if (point < text.size() && decimals.empty()) return false;
  if (!std::all_of(whole.begin(), whole.end(), is_digit) || !std::all_of(decimals.begin(), decimals.end(), is_digit)) {
    return false;
  }
  int degrees = 0;
  for (const char c : whole) degrees = 10 * degrees + (c - '0');
  return degrees < 360 || (degrees == 360 && decimals.find_first_not_of('0') == decimals.npos);
}

bool is_title(std::string_view text) {
  const auto shown = parse_shown_text("title", text, hat_title_bytes_max);
  return shown && !shown->empty() && text.size() <= hat_title_bytes_max;
}

}  // namespace

const HatUris* Hats::find_worn(const BareJid& user) const {
  const auto found = worn.find(user);
  return found == worn.end() ? nullptr : &found->second;
}

std::string Hats::write_worn(const BareJid& user) const {
  const HatUris* uris = find_worn(user);
  std::string out;
  if (!uris) return out;
  xml::Writer writer(out);
  writer.open("hats", ns::hats);
  for (const std::string& uri : *uris) {
    const auto hat = made.find(uri);
    if (hat == made.end()) continue;
    writer.open("hat").attribute("uri", uri).attribute("title", hat->second.title);
    if (!hat->second.hue.empty()) writer.attribute("hue", hat->second.hue);
    writer.close();
  }
  writer.close();
  return out;
}

std::string Hats::hash() const {
  std::string all;
  for (const auto& [uri, hat] : made) all.append(uri).append("\n" + hat.title).append("\n" + hat.hue + "\n");
  return crypto::to_hex(crypto::sha256(all).substr(0, hash_bytes));
}

Result<void> check_hat(std::string_view uri, const Hat& hat) {
  if (uri.size() > hat_uri_bytes_max || !is_uri(uri)) {
    return Error{ErrorKind::bad_request, "A hat is named by a URI of at most " + std::to_string(hat_uri_bytes_max) +
                                             " bytes, such as http://example.com/hats#teacher."};
  }
  if (!is_title(hat.title)) {
    return Error{ErrorKind::bad_request, "A hat has a title of one line and at most " +
                                             std::to_string(hat_title_bytes_max) +
                                             " bytes, without control characters and changes of direction."};
  }
  if (!hat.hue.empty() && !is_hue(hat.hue)) {
    return Error{ErrorKind::bad_request, "A hue is a number from 0 to 360, with at most six decimals."};
  }
  return {};
}

}  // namespace teahouse::muc
