#include "tenant/contacts.h"

#include <algorithm>
#include <array>

#include "tenant/tenant.h"

namespace teahouse {
namespace {

constexpr size_t contacts_max = 20, uri_bytes_max = 500;
constexpr std::array<std::string_view, 9> roles = {"abuse",    "admin",  "feedback", "outage", "sales",
                                                   "security", "status", "support",  "terms"};
// Clients show them as links: no scheme that runs anything.
constexpr std::array<std::string_view, 7> schemes = {"http", "https", "mailto", "sip", "sips", "tel", "xmpp"};

Error bad_contact(const std::string& contact, std::string_view why) {
  return {ErrorKind::bad_request, "The contact '" + contact.substr(0, 80) + "' " + std::string(why)};
}

// RFC 3986 lets no other character stand in a URI.
bool is_uri_character(char c) {
  const bool is_letter = ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9');
  return is_letter || std::string_view("-._~:/?#[]@!$&'()*+,;=%").find(c) != std::string_view::npos;
}

// Two hex digits after each '%'.
bool has_good_escapes(std::string_view uri) {
  constexpr std::string_view digits = "0123456789ABCDEFabcdef";
  for (size_t at = uri.find('%'); at != uri.npos; at = uri.find('%', at + 1)) {
    if (uri.size() < at + 3 || digits.find(uri[at + 1]) == digits.npos || digits.find(uri[at + 2]) == digits.npos) {
      return false;
    }
  }
  return true;
}

Result<void> check_uri(const std::string& contact, std::string_view uri) {
  const size_t colon = uri.find(':');
  const std::string_view scheme = uri.substr(0, colon);
  if (colon == uri.npos || std::find(schemes.begin(), schemes.end(), scheme) == schemes.end()) {
    return bad_contact(contact,
                       "must be an address as mailto:abuse@shop.example, xmpp:help@shop.example or "
                       "https://shop.example/help (http, https, mailto, sip, sips, tel or xmpp).");
  }
  std::string_view rest = uri.substr(colon + 1);
  if (scheme.starts_with("http")) rest.remove_prefix(rest.starts_with("//") ? 2 : rest.size());
  if (rest.empty()) return bad_contact(contact, "has nothing behind its scheme.");
  if (uri.size() > uri_bytes_max) return bad_contact(contact, "is longer than 500 bytes.");
  if (contact.starts_with("outage=") && !scheme.starts_with("http")) {
    return bad_contact(contact, "must be the https address of a JSON file.");
  }
  if (std::all_of(uri.begin(), uri.end(), is_uri_character) && has_good_escapes(uri)) return {};
  return bad_contact(contact,
                     "has a character that a URI can't have: write spaces and other letters as %20 and the like, and "
                     "domains in ASCII (xn--...).");
}

}  // namespace

std::span<const std::string_view> contact_roles() { return roles; }

Result<std::vector<std::string>> parse_contacts(const std::vector<std::string>& contacts) {
  std::vector<std::string> known;
  for (const std::string& contact : contacts) {
    const size_t equals = contact.find('=');
    const std::string_view role = std::string_view(contact).substr(0, equals);
    if (equals == contact.npos || std::find(roles.begin(), roles.end(), role) == roles.end()) {
      return bad_contact(contact,
                         "must begin with its role and '=', as abuse=mailto:abuse@shop.example. Roles are abuse, "
                         "admin, feedback, outage, sales, security, status, support and terms.");
    }
    const auto checked = check_uri(contact, std::string_view(contact).substr(equals + 1));
    if (!checked) return checked.error();
    if (std::find(known.begin(), known.end(), contact) == known.end()) known.push_back(contact);
  }
  if (known.size() > contacts_max) return Error{ErrorKind::bad_request, "There may be at most 20 contacts."};
  return known;
}

std::vector<std::string> contacts_of(const Tenant& tenant, std::string_view role) {
  std::vector<std::string> uris;
  for (const std::string& contact : tenant.contacts) {
    if (contact.starts_with(role) && contact.substr(role.size()).starts_with('=')) {
      uris.push_back(contact.substr(role.size() + 1));
    }
  }
  return uris;
}

}  // namespace teahouse
