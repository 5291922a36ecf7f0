// Identity: what a login ends in: which account's client it is. Its stream moves to the account's home with it, and
// only there says that the login succeeded.
//
// Thread: any; a value.
#pragma once

#include <cstdint>
#include <string>

#include "server/c2s/sasl2.h"
#include "server/home.h"

namespace teahouse::c2s {

struct Identity {
  BareJid account;
  uint64_t removals = 0;                         // of accounts of that name (AccountRemovals), when the login began
  std::string success_data;                      // of the mechanism, to be told with success; empty: none
  Sasl2RequestPtr request = nullptr;             // null: the client came by the SASL of RFC 6120
  std::string device = {};                       // make_device_id(); empty: the client did not say which it is
  DeviceLoginPtr login = nullptr;                // null: of no device that is kept, and by no certificate
  std::optional<NewToken> token = std::nullopt;  // to be told with success
  uint64_t certificate = 0;                      // certificate_number() of that by which it signed in; 0: otherwise
  bool is_by_site = false;                       // it signed in by a site token

  // Its device was shut out, or its certificate revoked, while it logged in.
  bool is_shut_out() const { return login && login->is_ended(); }
};

// The account that goes by this name at the host. All spellings of a name are one account, and a client that prepares
// names by RFC 3920 may not be able to write the account's own.
std::string account_named(const Host& host, const std::string& authcid);
// How many accounts of that name were removed. Another number: another account of the same name.
uint64_t count_removals(const Shared& shared, const Host& host, const std::string& authcid);

}  // namespace teahouse::c2s
