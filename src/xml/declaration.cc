#include "xml/declaration.h"

#include <algorithm>

#include "base/text.h"
#include "xml/chars.h"

namespace teahouse::xml {
namespace {

bool skip_space(std::string_view& rest) {
  const size_t before = rest.size();
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  return rest.size() != before;
}

bool skip(std::string_view& rest, std::string_view what) {
  if (!rest.starts_with(what)) return false;
  rest.remove_prefix(what.size());
  return true;
}

// Takes ` = "value"` off; empty optional where it is not that.
std::optional<std::string_view> take_value(std::string_view& rest) {
  skip_space(rest);
  if (!skip(rest, "=")) return std::nullopt;
  skip_space(rest);
  if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return std::nullopt;
  const size_t end = rest.find(rest[0], 1);
  if (end == std::string_view::npos) return std::nullopt;
  const auto value = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return value;
}

bool is_version_1(std::string_view version) {
  return version.size() > 2 && version.starts_with("1.") &&
         std::ranges::all_of(version.substr(2), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_encoding_name(std::string_view name) {
  if (name.empty() || !is_name_start(static_cast<unsigned char>(name[0])) || name[0] == '_') return false;
  return std::ranges::all_of(name, [](char c) { return has_class(c, byte_name); });
}

bool is_utf8(std::string_view name) {
  return std::ranges::equal(name, std::string_view("utf-8"), {}, [](char given) { return lower_ascii(given); });
}

}  // namespace

std::optional<StreamFault> find_declaration_fault(std::string_view declaration) {
  constexpr auto wrong = StreamFault::not_well_formed;
  std::string_view rest = declaration;
  if (!skip(rest, "<?xml") || !skip_space(rest) || !skip(rest, "version")) return wrong;
  const auto version = take_value(rest);
  if (!version || !is_version_1(*version)) return wrong;
  bool space = skip_space(rest);
  bool foreign = false;
  if (space && skip(rest, "encoding")) {
    const auto encoding = take_value(rest);
    if (!encoding || !is_encoding_name(*encoding)) return wrong;
    foreign = !is_utf8(*encoding);
    space = skip_space(rest);
  }
  if (space && skip(rest, "standalone")) {
    const auto standalone = take_value(rest);
    if (!standalone || (*standalone != "yes" && *standalone != "no")) return wrong;
    skip_space(rest);
  }
  if (rest != "?>") return wrong;
  if (foreign) return StreamFault::unsupported_encoding;
  return std::nullopt;
}

}  // namespace teahouse::xml
