// Person: somebody who signs in to the panel, by an e-mail address, as an immutable snapshot.
//
// Thread: immutable, so any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "tenant/reseller.h"

namespace teahouse {

// A role makes a person the operator, one of a reseller's, a tenant's owner, or one of its staff, who keep order
// (moderate), answer its users (agents) or look (read).
enum class Role : uint8_t { operators, reseller, owner, moderate, agents, read };
std::string_view to_string(Role role);
std::optional<Role> find_role(std::string_view name);

struct PersonRole {
  Role role = Role::read;
  ResellerId reseller = ResellerId::none;  // of the role `reseller`
  TenantId tenant = TenantId::server;      // of the roles at a tenant

  bool is_at_same_place(const PersonRole& other) const { return reseller == other.reseller && tenant == other.tenant; }
  bool operator==(const PersonRole&) const = default;
};

struct Person {
  int64_t id = 0;  // never used again
  std::string email;
  std::string name;  // what others see; the address when not set
  std::vector<PersonRole> roles;
  bool has_totp = false;
  int64_t created_ms = 0;
};
using PersonPtr = std::shared_ptr<const Person>;

struct PersonSession {
  int64_t id = 0;
  int64_t created_ms = 0, used_ms = 0;
  std::string address, agent;  // where it was opened from, and with what
};

}  // namespace teahouse
