#include "base/result.h"

namespace teahouse {

const char* to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_request: return "bad-request";
    case ErrorKind::conflict: return "conflict";
    case ErrorKind::feature_not_implemented: return "feature-not-implemented";
    case ErrorKind::forbidden: return "forbidden";
    case ErrorKind::gone: return "gone";
    case ErrorKind::internal_server_error: return "internal-server-error";
    case ErrorKind::item_not_found: return "item-not-found";
    case ErrorKind::jid_malformed: return "jid-malformed";
    case ErrorKind::not_acceptable: return "not-acceptable";
    case ErrorKind::not_allowed: return "not-allowed";
    case ErrorKind::not_authorized: return "not-authorized";
    case ErrorKind::policy_violation: return "policy-violation";
    case ErrorKind::recipient_unavailable: return "recipient-unavailable";
    case ErrorKind::registration_required: return "registration-required";
    case ErrorKind::remote_server_not_found: return "remote-server-not-found";
    case ErrorKind::remote_server_timeout: return "remote-server-timeout";
    case ErrorKind::resource_constraint:
    case ErrorKind::storage_failing:
    case ErrorKind::storage_full: return "resource-constraint";
    case ErrorKind::service_unavailable: return "service-unavailable";
    case ErrorKind::subscription_required: return "subscription-required";
    case ErrorKind::undefined_condition: return "undefined-condition";
    case ErrorKind::unexpected_request: return "unexpected-request";
  }
  return "undefined-condition";
}

}  // namespace teahouse
