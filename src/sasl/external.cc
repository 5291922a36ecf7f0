#include "sasl/external.h"

namespace teahouse::sasl {

Step External::on_data(std::string_view client_data) {
  if (client_data.size() > authzid_bytes_max) return Failure{Condition::invalid_authzid, "The authzid is too long."};
  if (auto failure = check_utf8(client_data)) return *std::move(failure);
  if (client_data.find('\0') != client_data.npos)
    return Failure{Condition::malformed_request, "An authzid has no NUL."};
  authzid_ = client_data;
  return VerifyCertificate{authzid_};
}

Step External::on_accepted(std::string authcid, std::string) { return Success{std::move(authcid), authzid_, {}}; }

}  // namespace teahouse::sasl
