// The stanza error of RFC 6120 section 8.3: one of the three places where an Error becomes something that a peer sees.
#include "base/peer_error.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"
#include "xmpp/stanza.h"

namespace teahouse {
namespace {

const char* to_string(ErrorType type) {
  switch (type) {
    case ErrorType::auth: return "auth";
    case ErrorType::cancel: return "cancel";
    case ErrorType::continue_: return "continue";
    case ErrorType::modify: return "modify";
    case ErrorType::wait: return "wait";
  }
  return "cancel";
}

}  // namespace

ErrorType default_type(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_request:
    case ErrorKind::jid_malformed:
    case ErrorKind::not_acceptable:
    case ErrorKind::policy_violation: return ErrorType::modify;
    case ErrorKind::forbidden:
    case ErrorKind::not_authorized:
    case ErrorKind::registration_required:
    case ErrorKind::subscription_required: return ErrorType::auth;
    case ErrorKind::recipient_unavailable:
    case ErrorKind::remote_server_timeout:
    case ErrorKind::resource_constraint:
    case ErrorKind::storage_failing:
    case ErrorKind::storage_full:
    case ErrorKind::unexpected_request: return ErrorType::wait;
    default: return ErrorType::cancel;
  }
}

Stanza make_error(const Stanza& cause, const Error& error, ErrorType type, std::string_view extra) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("error").attribute("type", to_string(type));
  writer.open(to_string(error.kind), ns::stanzas_error).close();
  const std::string text = for_peer(error).text;
  if (!text.empty()) writer.leaf("text", text, ns::stanzas_error);
  writer.raw(extra).close();
  return Stanza::make_reply(cause, StanzaType::error, std::move(payload));
}

Stanza make_error(const Stanza& cause, const Error& error, std::string_view extra) {
  return make_error(cause, error, default_type(error.kind), extra);
}

ErrorKind read_error(const Stanza& stanza) {
  const auto error = stanza.child("error", ns::client);
  if (!error) return ErrorKind::undefined_condition;
  for (auto at = error->first_child(); at; at = at->next_sibling()) {
    if (at->ns() != ns::stanzas_error) continue;
    for (int kind = 0; kind <= static_cast<int>(ErrorKind::unexpected_request); ++kind) {
      if (at->name() == teahouse::to_string(static_cast<ErrorKind>(kind))) return static_cast<ErrorKind>(kind);
    }
  }
  return ErrorKind::undefined_condition;
}

bool takes_no_error(const Stanza& stanza) {
  return stanza.type == StanzaType::error || stanza.type == StanzaType::result || stanza.kind == StanzaKind::presence;
}

}  // namespace teahouse
