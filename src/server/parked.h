// ParkedAccount: the sessions of an account that outlive the server: those that can be resumed (XEP-0198), with what
// their clients have not acknowledged, as one row in the data plane from SIGTERM until the account is in memory again.
//
// Thread: a value.
// Limits: parse_parked_row() makes no more of a row than the row has bytes.
// Errors: internal_server_error for bytes that are no row, or a row of another version of the server.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse {

// The notes of modules on a session, by their names.
using SessionNotes = std::map<std::string, std::string, std::less<>>;

// A Delivery.
struct ParkedDelivery {
  std::string message;  // as XML
  std::string row;      // that holds it in the offline queue; empty: none
  bool is_addressed = false, is_of_copy = false, is_taken = false;
  std::vector<uint32_t> had_by;  // by place among the account's sessions

  bool operator==(const ParkedDelivery&) const = default;
};

struct ParkedStanza {
  std::string stanza;                // as XML; empty: the delivery's message itself
  std::optional<uint32_t> delivery;  // by place among the account's deliveries
  int64_t since_ms = 0;              // wall clock

  bool operator==(const ParkedStanza&) const = default;
};

struct ParkedSession {
  std::string resource;
  std::string resume_key;  // SessionDirectory::key_of() its id
  uint64_t device = 0, certificate = 0;
  bool is_by_site = false;
  int64_t max_s = 0, until_ms = 0;         // it can be resumed until then (wall clock)
  uint32_t handled = 0, acknowledged = 0;  // both h
  uint32_t sent = 0;                       // the first sent - acknowledged of `waiting` were
  bool is_interested = false;
  std::string presence;  // as XML
  SessionNotes notes;
  std::vector<ParkedStanza> waiting;

  bool operator==(const ParkedSession&) const = default;
};

struct ParkedAccount {
  int64_t incarnation = 0;  // of the account
  std::string modules_off;  // of the tenant: with other modules its sessions would be other ones
  std::vector<ParkedSession> sessions;
  std::vector<ParkedDelivery> deliveries;

  bool operator==(const ParkedAccount&) const = default;
};

std::string write_parked_row(const ParkedAccount& account);
Result<ParkedAccount> parse_parked_row(std::string_view row);

}  // namespace teahouse
