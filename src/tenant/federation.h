// With which other servers a tenant talks: as its plan lets it (federated_domains), and then as its owner says: with
// all
// (`open`), with those that are allowed (`listed`), with none (`closed`); never with one that is denied, and not at all
// while it is suspended. A domain in a list stands for all that is below it too.
//
// Thread: any. Limits: federated_names_max of either list. Errors: bad_request, with a sentence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tenant/tenant.h"

namespace teahouse {

inline constexpr size_t federated_names_max = 500;

// `domain` is normal, as a Jid has it.
bool federates_with(const Tenant& tenant, std::string_view domain);
bool federates(const Tenant& tenant);  // with anybody

Result<std::string> parse_federation(const std::string& text);
// Domains in their one normal spelling, each once.
Result<std::vector<std::string>> parse_federated_domains(const std::vector<std::string>& texts);

}  // namespace teahouse
