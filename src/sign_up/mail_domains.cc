#include "sign_up/mail_domains.h"

#include <algorithm>

#include "base/text.h"
#include "tenant/names.h"

namespace teahouse::sign_up {
namespace {

constexpr size_t file_bytes_max = size_t{8} << 20;

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

}  // namespace

Result<MailDomains> MailDomains::parse(std::string_view text) {
  if (text.size() > file_bytes_max) return Error{ErrorKind::bad_request, "It has more than 8 MiB."};
  MailDomains all;
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view whole = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view name = trim(whole.substr(0, whole.find('#')));
    if (name.empty()) continue;
    auto domain = parse_tenant_domain(name, domain_bytes_max);
    if (!domain) {
      return Error{ErrorKind::bad_request, "Line " + std::to_string(line) + " is no domain: " + domain.error().text};
    }
    all.domains_.insert(std::move(*domain));
  }
  return all;
}

bool MailDomains::has(std::string_view email) const {
  std::string domain = lower_ascii(email.substr(std::min(email.rfind('@') + 1, email.size())));
  while (!domain.empty()) {
    if (domains_.contains(domain)) return true;
    const size_t dot = domain.find('.');
    domain.erase(0, dot == domain.npos ? domain.size() : dot + 1);
  }
  return false;
}

}  // namespace teahouse::sign_up
