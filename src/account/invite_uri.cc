#include "account/invite_uri.h"

namespace teahouse {
namespace {

// RFC 5122 section 2.2: what is no unreserved character is written byte by byte.
std::string encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_letter = ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9');
    if (is_letter || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append("%").push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 0xFU]);
  }
  return out;
}

}  // namespace

std::string make_invite_uri(const Tenant& tenant, const Invite& invite, std::string_view token) {
  const bool is_for_contact = invite.makes_contact && invite.localpart.empty();
  const std::string& name = is_for_contact ? invite.inviter : invite.localpart;
  std::string uri = "xmpp:";
  if (!name.empty()) uri.append(encode(name)).append("@");
  uri.append(encode(tenant.domain())).append(is_for_contact ? "?roster;preauth=" : "?register;preauth=").append(token);
  if (is_for_contact && invite.opens_account) uri.append(";ibr=y");
  return uri;
}

}  // namespace teahouse
