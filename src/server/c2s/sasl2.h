// Sasl2Request: how a client says by SASL2 who it is, and what is to follow at once when that is known: its session
// resumed, or a resource bound with what it wants switched on, and a token for its next login.
//
// Thread: any; a value.
// Limits: a stranger's of StreamLimits; what a client calls its program and device is cut at 128 bytes.
// Spec: XEP-0388, XEP-0386, XEP-0480, XEP-0484.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "account/devices.h"
#include "sasl/mechanism.h"
#include "xml/document.h"

namespace teahouse::c2s {

// The program and the device that a client says it is. Nobody but the account is to learn of it.
struct UserAgent {
  std::string id;  // a UUID in lower case; empty: none, or no UUID
  std::string software, device;
};

// That the client signs in by a token of its device.
struct FastLogin {
  std::optional<int64_t> count;  // how often it has tried with this token
  bool invalidates = false;      // it is the last time
};

class Sasl2Request {
 public:
  explicit Sasl2Request(xml::Document authenticate);

  std::string_view mechanism() const { return root().attribute("mechanism").value_or(""); }
  std::optional<std::string> initial_response() const;  // base64
  const UserAgent& user_agent() const { return user_agent_; }
  // <fast/>; none: it signs in otherwise. Errors: bad_request for attributes that say nothing.
  std::optional<Result<FastLogin>> fast() const;
  // The mechanism for which it asks for a token (<request-token/>); empty: it does not.
  std::string_view wanted_token() const;
  // Whether it asks for this task (<upgrade/>).
  bool wants_upgrade(std::string_view task) const;
  // A wish of the client's beside.
  std::optional<xml::Element> find(std::string_view name, std::string_view ns) const { return root().child(name, ns); }

 private:
  xml::Element root() const { return authenticate_.root(); }

  const xml::Document authenticate_;
  UserAgent user_agent_;
};

using Sasl2RequestPtr = std::shared_ptr<const Sasl2Request>;

// The end of a login, as its client is told it.
struct Sasl2Success {
  std::string data;     // of the mechanism; empty: none
  std::string address;  // full, where a resource is bound
  std::string results;  // XML of what was to follow at once
  std::optional<NewToken> token = std::nullopt;
};
std::string make_sasl2_success(const Sasl2Success& success);

}  // namespace teahouse::c2s
