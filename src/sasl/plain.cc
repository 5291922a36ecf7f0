#include "sasl/plain.h"

namespace teahouse::sasl {
namespace {

Failure wrong_credentials() { return Failure{Condition::not_authorized, "The name or the password is wrong."}; }

}  // namespace

// [authzid] NUL authcid NUL passwd
Step Plain::on_data(std::string_view client_data) {
  if (auto failure = check_utf8(client_data)) return *std::move(failure);
  const size_t first = client_data.find('\0');
  const size_t second = first == client_data.npos ? client_data.npos : client_data.find('\0', first + 1);
  if (second == client_data.npos || client_data.find('\0', second + 1) != client_data.npos) {
    return Failure{Condition::malformed_request, "PLAIN needs exactly two NULs: authzid NUL authcid NUL password."};
  }
  const std::string_view authzid = client_data.substr(0, first);
  const std::string_view authcid = client_data.substr(first + 1, second - first - 1);
  const std::string_view secret = client_data.substr(second + 1);
  if (authcid.empty() || secret.empty()) {
    return Failure{Condition::malformed_request, "PLAIN needs a name and a password."};
  }
  if (authzid.size() > authzid_bytes_max) return Failure{Condition::invalid_authzid, "The authzid is too long."};
  authzid_ = authzid;
  auto localpart = parse_authcid(authcid);
  if (auto* failure = std::get_if<Failure>(&localpart)) return std::move(*failure);
  return VerifySecret{std::get<std::string>(std::move(localpart)), authzid_, std::string(secret)};
}

Step Plain::on_accepted(std::string authcid, std::string /*server_data*/) {
  return Success{std::move(authcid), authzid_, {}};
}

Step Plain::on_refused(Failure failure) {
  if (failure.condition == Condition::not_authorized && failure.text.empty()) return wrong_credentials();
  return failure;
}

}  // namespace teahouse::sasl
