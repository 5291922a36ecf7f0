// Reseller: one who sells tenants under a name of their own, between the operator and the owners, as an immutable
// snapshot.
//
// Its plans are named "acme.small": its own name, a dot, and the name that it gave the plan. So plans of two resellers
// never meet, and the owner of a plan is told by its name.
//
// Thread: immutable, so any.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tenant/plan.h"

namespace teahouse {

// Names a reseller for ever; never used again. `none`: the operator.
enum class ResellerId : uint64_t { none = 0 };
constexpr uint64_t raw(ResellerId id) { return static_cast<uint64_t>(id); }

inline constexpr size_t reseller_name_bytes_max = 32;
inline constexpr int64_t oversell_percent_min = 100, oversell_percent_max = 1000;
inline constexpr int64_t reseller_tenants_max = 100'000;

struct Reseller {
  ResellerId id = ResellerId::none;
  std::string name;         // [a-z0-9-], unique
  std::string title;        // what its customers see; the name when not set
  std::string logo;         // "https://acme.example/logo.svg"; empty: none, as of all that follow
  std::string theme;        // its colours, as JSON: {"color": "#0a7"}
  std::string support;      // where its customers are helped: an e-mail address
  std::string panel_host;   // the domain that its panel is to be found at
  std::string mail_sender;  // the address that mail to its customers is from
  // For those who sign up by themselves at its panel: a plan of its own, as "small", and a name below this domain.
  std::string sign_up_plan, sign_up_domain;
  int64_t tenants = 0;  // how many it may have
  // The limits of all its tenants' plans, summed (allotment.h), may be so much of what it is allotted.
  int64_t oversell_percent = oversell_percent_min;
  PlanLimits allotted;
  bool suspended = false;  // and with it all its tenants
  std::string suspend_reason;
  int64_t created_ms = 0;
};
using ResellerPtr = std::shared_ptr<const Reseller>;

// A text of a reseller that can be set: the control plane, the API and the command line go through these rows.
struct ResellerField {
  std::string_view name, option, help;
  std::string Reseller::*member;
  bool is_object;                                         // JSON
  Result<std::string> (*check)(const std::string& text);  // gives the one normal spelling; empty stays empty
};
std::span<const ResellerField> reseller_fields();

// "acme.small": "acme" and "small"; the operator's "small": "" and "small".
std::string_view reseller_of_plan(std::string_view plan);
std::string_view short_plan_name(std::string_view plan);
// The whole name of a plan of this reseller; of the operator's where that is empty.
std::string whole_plan_name(std::string_view reseller, std::string_view plan);

}  // namespace teahouse
