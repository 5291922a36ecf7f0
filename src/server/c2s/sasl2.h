// Sasl2Request: how a client says by SASL2 who it is, and what is to follow at once when that is known: its session
// resumed, or a resource bound with what it wants switched on.
//
// Thread: any; a value.
// Limits: a stranger's of StreamLimits; what a client calls its program and device is cut at 128 bytes.
// Spec: XEP-0388, XEP-0386.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sasl/mechanism.h"
#include "xml/document.h"

namespace teahouse::c2s {

// The program and the device that a client says it is. Nobody but the account is to learn of it.
struct UserAgent {
  std::string id;  // a UUID in lower case; empty: none, or no UUID
  std::string software, device;
};

class Sasl2Request {
 public:
  explicit Sasl2Request(xml::Document authenticate);

  std::string_view mechanism() const { return root().attribute("mechanism").value_or(""); }
  std::string initial_response() const;  // base64; empty: none
  const UserAgent& user_agent() const { return user_agent_; }
  // A wish of the client's beside.
  std::optional<xml::Element> find(std::string_view name, std::string_view ns) const { return root().child(name, ns); }

 private:
  xml::Element root() const { return authenticate_.root(); }

  const xml::Document authenticate_;
  UserAgent user_agent_;
};

// The end of a login, as its client is told it.
struct Sasl2Success {
  std::string data;     // of the mechanism; empty: none
  std::string address;  // full, where a resource is bound
  std::string results;  // XML of what was to follow at once
};
std::string make_sasl2_success(const Sasl2Success& success);

// A client as its account's sessions know it.
struct DeviceName {
  std::string resource;  // the server's part of the resource
  uint64_t number = 0;   // Session::device(); 0: the client has no id
};
// The same each time for the same id at the same account; neither tells the id. Without an id another one each time.
DeviceName name_device(std::string_view secret, std::string_view account, const UserAgent& agent);

}  // namespace teahouse::c2s
