// Two forms of localparts share one space, and this is why none of one form is ever one of the other for another id:
//
//   natural(id)  the id mapped (case, width, form), escaped and judged; only where unescaping gives the mapped id back,
//                so that ids with one natural form are one id when mapped.
//   derived(id)  '=' and the id's bytes, of which each but [a-z0-9._-] is written "=xx": every id has its own.
//   spelt(id)    the same with each byte written so: the place to which an id goes whose natural form many programs
//                cannot tell from another account's.
//
// An id takes its natural form, unless it has none or that form is the derived form of another id, as "=m=c2=b2" is of
// "m²", or the spelt form of any; then it takes its derived form, which is longer. Whether a form is taken as derived
// is asked of the id that it spells, which is shorter by at least the first '=': so the question has an end.
#include "account/user_id.h"

#include <optional>

#include "base/text.h"
#include "tenant/tenant.h"
#include "xmpp/jid.h"
#include "xmpp/prep.h"

namespace teahouse {
namespace {

constexpr char mark = '=';

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'; }

bool is_never_plain(char) { return false; }

std::string derive(std::string_view user_id, bool (*stays)(char) = is_plain) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string derived(1, mark);
  for (const char c : user_id) {
    if (stays(c)) {
      derived.push_back(c);
    } else {
      const unsigned byte = static_cast<unsigned char>(c);
      derived.append({mark, digits[byte >> 4], digits[byte & 15]});
    }
  }
  return derived;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The id whose derived form this is, if it takes that form, or whose spelt form.
std::optional<std::string> find_derived(std::string_view localpart) {
  if (!localpart.starts_with(mark)) return std::nullopt;
  std::string id;
  for (size_t i = 1; i < localpart.size(); ++i) {
    if (is_plain(localpart[i])) {
      id.push_back(localpart[i]);
      continue;
    }
    if (localpart[i] != mark) return std::nullopt;
    const int high = i + 2 < localpart.size() ? digit_of(localpart[i + 1]) : -1;
    const int low = i + 2 < localpart.size() ? digit_of(localpart[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    id.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (!id.empty() && derive(id, is_never_plain) == localpart) return id;
  const auto taken = localpart_of_user_id(id);
  return taken && *taken == localpart ? std::optional(std::move(id)) : std::nullopt;
}

std::optional<std::string> find_natural(std::string_view user_id) {
  const auto mapped = xmpp::map_localpart(user_id);
  if (!mapped) return std::nullopt;
  std::string natural;
  if (!xmpp::append_localpart(natural, escape_localpart(*mapped))) return std::nullopt;
  return unescape_localpart(natural) == *mapped ? std::optional(std::move(natural)) : std::nullopt;
}

}  // namespace

Result<std::string> localpart_of_user_id(std::string_view user_id) {
  if (user_id.find_first_not_of(" \t\r\n") == user_id.npos)
    return Error{ErrorKind::bad_request, "The user id is empty."};
  auto natural = find_natural(user_id);
  if (natural && !find_derived(*natural)) return *std::move(natural);
  if (!is_utf8(user_id)) return Error{ErrorKind::bad_request, "The id is not UTF-8."};
  std::string derived = derive(user_id);
  if (derived.size() <= jid_part_bytes_max) return derived;
  return Error{ErrorKind::bad_request, "The id is too long to be a part of an address."};
}

std::optional<std::string> spell_out_id(std::string_view localpart) {
  std::string spelt = derive(user_id_of(localpart), is_never_plain);
  return spelt != localpart && spelt.size() <= jid_part_bytes_max ? std::optional(std::move(spelt)) : std::nullopt;
}

Result<std::string> localpart_of_user(const Tenant& tenant, std::string_view user_id) {
  auto natural = localpart_of_user_id(user_id);
  if (!natural) return natural;
  if (auto moved = tenant.spellings->find_moved(*natural)) return *std::move(moved);
  const auto owner = tenant.aliases->owner(*natural);
  auto spelt = owner && *owner != *natural ? spell_out_id(*natural) : std::nullopt;
  return spelt ? *std::move(spelt) : *std::move(natural);
}

std::string user_id_of(std::string_view localpart) {
  auto derived = find_derived(localpart);
  return derived ? *std::move(derived) : unescape_localpart(localpart);
}

std::string user_id_at(const Tenant& tenant, std::string_view localpart) {
  auto spelt = tenant.spellings->find(localpart);
  return spelt ? *std::move(spelt) : user_id_of(localpart);
}

bool is_guest_id(std::string_view user_id) {
  const auto mapped = xmpp::map_localpart(user_id);
  return mapped && mapped->starts_with(guest_id_prefix);
}

}  // namespace teahouse
