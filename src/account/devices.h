// Devices: the programs on devices that use an account, and the tokens by which they sign in without its password.
//
// A device is kept when it has signed in by the password and said by a user agent's id which one it is. It may be given
// a token then, and signs in by that from then on; a token that is a day old is replaced by a new one at a login, and
// ends when the new one is used. At most two are good at once: the one that is in use, and one that is not used yet.
// Another password ends all devices of an account, and so does its removal. Tokens are sealed (docs/decisions/0029).
//
// A site token leads to a device's token too where its tenant has device_days (docs/decisions/0035). That one stands
// for the site's word: it and those that replace it end with the signing secret of the site token, and so many days
// after it.
//
// Thread: any; the tasks go on on `home`. `keep_ms`, `site_keep_ms`: how long a token is good, and how long the word of
// a site, which is the tenant's affair (Tenant::site_device_keep_ms; 0: no device comes back by it).
// Limits: 50 devices of an account, those that were seen last; a token of 256 bits; it and a device that does not come
// back end after `keep_ms`.
// Spec: XEP-0484, XEP-0494.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/device_logins.h"
#include "account/device_rows.h"
#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "crypto/sealer.h"
#include "store/control_plane.h"

namespace teahouse {

struct TenantTable;

// A device as it calls itself.
struct DeviceClient {
  std::string id;              // make_device_id()
  std::string software, name;  // may be empty
};
// A device's claim to sign in by a token.
struct TokenProof {
  std::string mechanism, proof, binding;  // sasl::VerifyProof
  std::optional<int64_t> count;           // above the last that it gave
  bool invalidates = false;               // it signs in for the last time
  std::string wanted;                     // the mechanism for which it asks for a new token; empty: it does not
};
// By what a device signed in, when it is kept: by the password, or a site token.
struct DeviceGround {
  std::string password_salt = {};  // of that password's keys; empty: by a site token
  int64_t signer = 0;              // the signing secret of that; 0 beside an empty salt: neither, and none is kept
  int64_t incarnation = 0;         // of the account that it named
};
struct NewToken {
  std::string token;  // shown this once
  int64_t expires_ms = 0;
};
struct TokenLogin {
  std::string server_data;  // proves the server
  std::optional<NewToken> token;
  bool by_site = false;  // its token stands for one of the site's
};
struct Device {
  std::string id, software, name;
  int64_t first_ms = 0, last_ms = 0;  // the last within an hour
  int64_t token_expires_ms = 0;       // 0: it has none
  bool by_site = false;               // a site token let it in last, and no password
};

class Devices {
 public:
  static constexpr size_t devices_max = 50;

  Devices(store::ControlPlane& control, const Clock& clock, std::string_view seal_key);
  static std::vector<TenantTable> tables();

  // Errors: not_authorized for a proof of no token of this device, and for a count that is not above the last; gone for
  // a token that has expired, or whose account has.
  Task<Result<TokenLogin>> sign_in(Executor& home, TenantId tenant, std::string localpart, DeviceClient device,
                                   TokenProof proof, int64_t keep_ms, int64_t site_keep_ms);
  // It has signed in on this ground; no token is given where that is gone by now: the account has another password or
  // is another one, the tenant has the secret no more.
  // `wanted`: the mechanism of the token that it asks for; empty: none.
  Task<Result<std::optional<NewToken>>> keep(Executor& home, TenantId tenant, std::string localpart,
                                             DeviceClient device, DeviceGround ground, std::string wanted,
                                             int64_t keep_ms, int64_t site_keep_ms);
  // The last seen first.
  Task<Result<std::vector<Device>>> list(Executor& home, TenantId tenant, std::string localpart, int64_t site_keep_ms);
  // The device and its tokens are gone, its logins that are under way end; sessions are the caller's affair
  // (server/device_sessions.h). An empty id: all of the account's, and its certificates
  // (ClientCertificates). Errors: item_not_found where there is no such
  // device.
  Task<Result<void>> remove(Executor& home, TenantId tenant, std::string localpart, std::string id);
  // Those that have not come back; for a timer.
  Task<Result<void>> remove_old(Executor& home, int64_t keep_ms);
  DeviceLogins& logins() { return logins_; }

 private:
  std::string place_of(const device_rows::Key& key, const device_rows::Token& token) const;
  // A new token, and the row of it.
  struct Made {
    NewToken shown;
    device_rows::Token row;
  };
  // `like`: one that stands for the same (signer, signed_ms).
  Made make_token(const device_rows::Key& key, const std::string& mechanism, const device_rows::Token& like,
                  int64_t keep_ms, int64_t site_keep_ms) const;
  std::optional<std::string> open(const device_rows::Key& key, const device_rows::Token& token) const;
  // The row's token where the proof is made with it.
  std::optional<std::string> check(const device_rows::Key& key, const device_rows::Token& token,
                                   const TokenProof& proof) const;

  store::ControlPlane& control_;
  const Clock& clock_;
  const Result<crypto::Sealer> sealer_;
  DeviceLogins logins_;
};

}  // namespace teahouse
