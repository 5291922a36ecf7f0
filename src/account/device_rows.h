// Devices and their tokens as rows of the control plane: the SQL of devices.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "store/control_plane.h"

namespace teahouse::device_rows {

std::vector<store::Migration> migrations();

struct Key {
  TenantId tenant;
  std::string localpart, device;
};
struct Token {
  std::string id;
  store::Blob sealed;
  std::string mechanism;
  int64_t made_ms = 0, expires_ms = 0;
  int64_t count = -1;  // the last that its client gave
  bool used = false;
  // Of a device that a site token let in: the signing secret that it ends with, and when that signed in. 0: by a
  // password.
  int64_t signer = 0, signed_ms = 0;
};
struct Device {
  std::string id, software, name;
  int64_t first_ms = 0, last_ms = 0;
  bool by_site = false;  // a site token let it in last
};
// Under which a write is done, and else not: the account has the password still that the salt is of; or it is the same
// account still and the tenant has the signing secret; or the token is there still, and has not been used with such a
// count.
struct Guard {
  std::string sql;
  std::vector<store::Value> parameters;
};
Guard while_password(const Key& key, std::string_view salt_base64);
Guard while_signed(const Key& key, int64_t signer, int64_t incarnation);
Guard while_token(const Key& key, const std::string& token, int64_t count_max);

// software, name, last_ms; expires_ms of the account; then a token's fields, null where it has none. A row a token; one
// whose signing secret is gone is none.
store::Statement select_login(const Key& key);
Token make_token(const store::Row& row, size_t first);

// Makes the device or changes what it says of itself.
store::Statement keep_device(const Key& key, const Device& device, const Guard& guard);
store::Statement see_device(const Key& key, const Device& device);
store::Statement insert_token(const Key& key, const Token& token, const Guard& guard);
// The tokens of the device that were given and never used, but for one.
store::Statement remove_unused(const Key& key, const std::string& but, const Guard& guard);
store::Statement remove_earlier(const Key& key, int64_t made_ms, const Guard& guard);
store::Statement remove_others(const Key& key, const std::string& but, const Guard& guard);
// One change each, or none where the guard does not hold.
store::Statement use_token(const Key& key, const std::string& token, int64_t count, int64_t count_max);
store::Statement remove_token(const Key& key, const std::string& token, int64_t count_max);
// Those of the account that were seen last stay, so many.
std::vector<store::Statement> cut(const Key& key, size_t devices_max);

// id, software, name, first_ms, last_ms, when its last token ends (0: it has none), by_site.
store::Statement select_devices(TenantId tenant, const std::string& localpart, int64_t site_keep_ms);
// The last statement's changes say whether there was such a device; an empty one: all of the account's, and
// its certificates.
std::vector<store::Statement> remove(const Key& key);
// Devices that were not seen since, and tokens that ended before, or whose signing secret did.
std::vector<store::Statement> remove_old(int64_t last_ms, int64_t ended_ms);

}  // namespace teahouse::device_rows
