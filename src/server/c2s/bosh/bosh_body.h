// BoshBody: the <body/> of one request, read. BoshAnswer: the <body/> of an answer, to be written.
//
// An element in a <body/> without a namespace of its own is in jabber:client, as many clients send stanzas (XEP-0206
// section 2).
//
// Limits: a body has at most bytes_max bytes; each element in it may be as deep and as large as a stanza. The stream
// checks its own limits where it takes an element.
// Spec: XEP-0124 sections 5, 7 and 15 to 17; XEP-0206.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/shared_bytes.h"

namespace teahouse::ns {

inline constexpr char bosh[] = "http://jabber.org/protocol/httpbind";
inline constexpr char xbosh[] = "urn:xmpp:xbosh";

}  // namespace teahouse::ns

namespace teahouse::c2s {

struct BoshBody {
  static constexpr size_t bytes_max = (4 << 20) + (64 << 10);  // the largest stanza, and what is around it
  static constexpr int64_t rid_max = (int64_t{1} << 53) - 1;

  int64_t rid = 0;
  std::string sid, key, newkey;
  std::string to, from, lang, content;
  std::string version;           // of XMPP
  std::optional<int> ver_minor;  // of BOSH 1; none: a client of before 1.6
  std::optional<int64_t> wait, hold, pause;
  bool restart = false, terminate = false;
  std::vector<SharedBytes> payloads;  // whole elements, where jabber:client is the default namespace

  // A poll: it asks for what has come, and says nothing.
  bool is_empty() const { return payloads.empty() && !restart; }
  size_t payload_bytes() const;
};

// Errors: bad_request.
Result<BoshBody> parse_bosh_body(std::string text);
// The sid of one of which only the beginning has come; empty: none has.
std::string find_bosh_sid(std::string_view beginning);

// Conditions that end a session (section 17.2); "" for none.
namespace bosh_condition {
inline constexpr std::string_view bad_request = "bad-request";
inline constexpr std::string_view host_unknown = "host-unknown";
inline constexpr std::string_view improper_addressing = "improper-addressing";
inline constexpr std::string_view item_not_found = "item-not-found";
inline constexpr std::string_view other_request = "other-request";
inline constexpr std::string_view policy_violation = "policy-violation";
inline constexpr std::string_view remote_connection_failed = "remote-connection-failed";
inline constexpr std::string_view remote_stream_error = "remote-stream-error";
inline constexpr std::string_view system_shutdown = "system-shutdown";
}  // namespace bosh_condition

// The session's terms, which the first answer tells.
struct BoshTerms {
  std::string sid, from;
  int64_t wait_s = 60, hold = 1, requests = 2, inactivity_s = 60, polling_s = 2, pause_s_max = 120;
  int ver_minor = 11;
};

struct BoshAnswer {
  std::string_view type = {};       // "terminate", "error"; none as a rule
  std::string_view condition = {};  // of "terminate"
  const BoshTerms* terms = nullptr;
  std::string payloads = {};

  std::string write() const;
};

}  // namespace teahouse::c2s
