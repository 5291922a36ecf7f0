#include "tenant/email.h"

#include <algorithm>

#include "tenant/names.h"

namespace teahouse {
namespace {

constexpr size_t address_bytes_max = 254, local_bytes_max = 64;

// Neither white space nor what RFC 5322 keeps for lists and comments; other scripts' letters are bytes above 127.
bool is_of_local_part(char c) {
  return static_cast<unsigned char>(c) > ' ' && c != '\x7f' &&
         std::string_view("()<>[]:;@\\,\"").find(c) == std::string_view::npos;
}

}  // namespace

Result<std::string> parse_email(std::string_view what, std::string_view text) {
  const auto bad = [what] {
    return Error{ErrorKind::bad_request,
                 std::string(what) + " must be an e-mail address, as ann@shop.example, of at most 254 bytes."};
  };
  const size_t at = text.rfind('@');
  if (text.size() > address_bytes_max || at == text.npos || at == 0 || at > local_bytes_max) return bad();
  const auto shown = parse_shown_text(what, text.substr(0, at), local_bytes_max);
  if (!shown || *shown != text.substr(0, at) || !std::all_of(shown->begin(), shown->end(), is_of_local_part) ||
      shown->front() == '.' || shown->back() == '.' || shown->find("..") != shown->npos) {
    return bad();
  }
  const auto domain = parse_tenant_domain(text.substr(at + 1), domain_bytes_max);
  return domain ? Result<std::string>(*shown + "@" + *domain) : Result<std::string>(bad());
}

}  // namespace teahouse
