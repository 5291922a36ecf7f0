// The names and addresses of a tenant: each function gives the one normal spelling, or a sentence that
// says what is wrong.
//
// Errors: bad_request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tenant/tenant.h"

namespace teahouse {

inline constexpr size_t tenant_name_bytes_max = 63;
inline constexpr size_t plan_name_bytes_max = 32;
inline constexpr size_t domain_bytes_max = 253;  // what DNS can carry
inline constexpr size_t tenant_domain_bytes_max = domain_bytes_max - std::string_view("upload.").size();
inline constexpr size_t tenant_hosts_max = 20;
inline constexpr size_t title_characters_max = 100;
inline constexpr size_t suspend_reason_characters_max = 500;
inline constexpr size_t theme_bytes_max = 2048;
inline constexpr size_t module_options_bytes_max = 8192;
inline constexpr size_t tenant_admins_max = 20;
inline constexpr size_t module_names_max = 64;
inline constexpr int64_t device_days_max = 365;
inline constexpr size_t module_name_bytes_max = 32;

// [a-z0-9-], no hyphen at its ends. `what` begins the sentence ("The tenant's name").
Result<std::string> parse_short_name(std::string_view what, std::string_view text, size_t bytes_max);
// A domain name as RFC 7622 prepares it; no IP address, since "upload." must go before it.
Result<std::string> parse_tenant_domain(std::string_view text, size_t bytes_max = tenant_domain_bytes_max);
// The host of the accounts, which the others may name too, and after it those; where `others` names none, one of each
// other kind but components, its name before the domain ("rooms.shop.example"), unless these are all (`only_these`).
Result<std::vector<HostName>> parse_hosts(std::string_view domain, const std::vector<HostName>& others,
                                          bool only_these = false);
// Hosts as the API has them: [{"domain": "rooms.shop.example", "kind": "rooms"}].
Result<std::vector<HostName>> parse_host_list(std::string_view json);
// The same name as DNS and certificates write it: "xn--bcher-kva.example" for "bücher.example".
Result<std::string> ascii_domain(std::string_view domain);

// Bare JIDs of accounts at this domain, each once; whether there are such accounts is not looked at.
Result<std::vector<std::string>> parse_admins(std::string_view domain, const std::vector<std::string>& jids);

// Names of modules, each once, as [a-z_]; whether there are such modules is not looked at.
Result<std::vector<std::string>> parse_module_names(const std::vector<std::string>& names);

// Options of modules, {"muc": {"history_messages": 20}}, with a change put into them: null takes an option away.
// Whether there are such options is not looked at.
Result<std::string> merge_module_options(std::string_view options, std::string_view change);

// A JSON object of at most theme_bytes_max, or nothing (the default theme).
Result<std::string> parse_theme(std::string_view text);

// Text that people see: UTF-8 without control characters, line breaks or direction overrides; spaces at the ends go.
Result<std::string> parse_shown_text(std::string_view what, std::string_view text, size_t characters_max);
// The same of a name out of a site's list of users, which must not keep its user out: tabs and line breaks become
// spaces, and other characters that are refused there go. Only bytes that are no UTF-8 and too many characters are
// refused.
Result<std::string> parse_person_name(std::string_view what, std::string_view text, size_t characters_max);

}  // namespace teahouse
