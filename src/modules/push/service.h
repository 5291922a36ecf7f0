// Service: an XMPP push service that a client has enabled for its account, and what is published there; plain values.
//
// Thread: any.
// Limits: node_bytes_max; of publish-options fields_max, and options_bytes_max as XML; body_bytes_max of a message.
// Errors: bad_request and jid_malformed, with a sentence.
// Spec: XEP-0357 sections 5 (enabling), 7 (publishing), 8 (remote disabling).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/pushes.h"
#include "xml/document.h"
#include "xmpp/jid.h"
#include "xmpp/stanza.h"

namespace teahouse::push {

inline constexpr char services_ns[] = "urn:xmpp:push:0", summary_form[] = "urn:xmpp:push:summary";
inline constexpr size_t node_bytes_max = 1024, fields_max = 20, options_bytes_max = 4096, body_bytes_max = 600;

struct Service {
  std::string id;  // made of address and node: there is one for each
  Jid jid;
  std::string node;     // at the service; empty: none was given
  std::string options;  // the form of publish-options, as XML; empty: none was given
  bool shows_text = false;
  int64_t created_ms = 0;
};

// Of <enable/>. One that has no service's address is refused.
Result<Service> read_enable(const xml::Element& enable, int64_t now_ms);

// Which services <disable/> means: that of this node, or all at the address.
struct Disabled {
  Jid jid;
  std::optional<std::string> node;
  bool is(const Service& service) const { return service.jid == jid && (!node || *node == service.node); }
};
Result<Disabled> read_disable(const xml::Element& disable);
// The service tells by a message that the account may publish at this node no more; none: it tells something else.
std::optional<Disabled> read_affiliation_end(const Stanza& message, std::string_view account);

// The row that keeps it.
std::string write_service(const Service& service);
// Errors: internal_server_error for what write_service() has not written.
Result<Service> read_service(std::string_view id, std::string row);

// Summary: what waits for the account. Of the last message a service hears where its user has asked for that alone.
struct Summary {
  int64_t messages = 0;
  int64_t requests = 0;  // for a subscription to its presence
  std::string sender;    // of the last message; empty, as is the body, where that is nobody's to tell
  std::string body;
};
// The payload of the iq that publishes it.
std::string make_publish(const Service& service, const Summary& summary);

// The end of a publish, by the answer of the service, or of the server that answers in its place.
enum class Answer : uint8_t {
  taken,
  away,   // nobody is there, or can be reached: that says nothing of the node
  later,  // refused for now
  never,  // refused for good: the node is disabled
};
Answer read_answer(const Stanza& iq);

}  // namespace teahouse::push
