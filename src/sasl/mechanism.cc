#include "sasl/mechanism.h"

#include "crypto/encoding.h"
#include "xmpp/prep.h"
#include "xmpp/prep_text.h"

namespace teahouse::sasl {
namespace {

std::string_view trim_space(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
  text.remove_suffix(text.size() - (text.find_last_not_of(space) + 1));
  return text;
}

}  // namespace

const char* to_string(Condition condition) {
  switch (condition) {
    case Condition::aborted: return "aborted";
    case Condition::account_disabled: return "account-disabled";
    case Condition::credentials_expired: return "credentials-expired";
    case Condition::encryption_required: return "encryption-required";
    case Condition::incorrect_encoding: return "incorrect-encoding";
    case Condition::invalid_authzid: return "invalid-authzid";
    case Condition::invalid_mechanism: return "invalid-mechanism";
    case Condition::malformed_request: return "malformed-request";
    case Condition::mechanism_too_weak: return "mechanism-too-weak";
    case Condition::not_authorized: return "not-authorized";
    case Condition::temporary_auth_failure: return "temporary-auth-failure";
  }
  return "temporary-auth-failure";
}

Step Mechanism::settle(Step step) {
  if (std::holds_alternative<Challenge>(step)) {
    waiting_ = Waiting::data;
  } else if (std::holds_alternative<NeedCredentials>(step)) {
    waiting_ = Waiting::keys;
  } else if (std::holds_alternative<VerifySecret>(step) || std::holds_alternative<VerifyToken>(step) ||
             std::holds_alternative<VerifyProof>(step) || std::holds_alternative<VerifyCertificate>(step)) {
    waiting_ = Waiting::verdict;
  } else {
    waiting_ = Waiting::nothing;
  }
  return step;
}

Step Mechanism::step(std::string_view client_data) {
  if (client_data.size() > step_bytes_max) {
    return settle(Failure{Condition::malformed_request, "This is more data than any mechanism needs."});
  }
  // Also the client's fault: it spoke while we were looking something up, or after the end.
  if (waiting_ != Waiting::first_data && waiting_ != Waiting::data) {
    return settle(Failure{Condition::malformed_request, "No data was asked for."});
  }
  return settle(on_data(client_data));
}

// An answer may come after the client has spoiled the exchange; then it changes nothing.
Step Mechanism::provide(const std::optional<ScramKeys>& keys) {
  if (waiting_ != Waiting::keys) return settle(Failure{Condition::temporary_auth_failure, {}});
  return settle(on_keys(keys));
}

Step Mechanism::accept(std::string authcid, std::string server_data) {
  if (waiting_ != Waiting::verdict) return settle(Failure{Condition::temporary_auth_failure, {}});
  return settle(on_accepted(std::move(authcid), std::move(server_data)));
}

Step Mechanism::refuse(Condition condition, std::string text) {
  if (waiting_ != Waiting::verdict) return settle(Failure{Condition::temporary_auth_failure, {}});
  return settle(on_refused(Failure{condition, std::move(text)}));
}

Step Mechanism::on_keys(const std::optional<ScramKeys>&) { return Failure{Condition::temporary_auth_failure, {}}; }
Step Mechanism::on_accepted(std::string, std::string) { return Failure{Condition::temporary_auth_failure, {}}; }
Step Mechanism::on_refused(Failure failure) { return failure; }

bool may_act_as(std::string_view authzid, const BareJid& account) {
  if (authzid.empty()) return true;
  const auto wanted = BareJid::parse(authzid);
  return wanted && *wanted == account;
}

std::variant<std::string, Failure> parse_authcid(std::string_view name) {
  std::string localpart;
  if (const auto prepared = xmpp::append_localpart(localpart, name); !prepared) {
    return Failure{Condition::not_authorized, "No account can have this name. " + prepared.error().text};
  }
  return localpart;
}

std::optional<Failure> check_utf8(std::string_view client_data) {
  if (xmpp::decode_utf8(client_data)) return std::nullopt;
  return Failure{Condition::malformed_request, "This is not UTF-8, in which names and passwords are sent."};
}

std::optional<std::string> parse_client_data(std::string_view text) {
  const std::string_view trimmed = trim_space(text);
  return trimmed == "=" ? std::string() : parse_sasl2_data(trimmed);
}

std::optional<std::string> parse_sasl2_data(std::string_view text) {
  auto data = crypto::parse_base64(trim_space(text));
  if (!data) return std::nullopt;
  return *std::move(data);
}

std::string encode_server_data(std::string_view data) { return crypto::to_base64(data); }

}  // namespace teahouse::sasl
