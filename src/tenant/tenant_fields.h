// TenantField: what can be set of a tenant, when it is made and later. One row a field: the control plane, the API and
// the command line go through the rows, so a new field is a member of Tenant and a row (and its words in openapi.json).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "tenant/tenant.h"

namespace teahouse {

using FieldValue = std::variant<bool, std::string, std::vector<std::string>, int64_t>;
// An object is JSON in a text; "" is none. Of settings, an object of objects of values, a change names some: null takes
// one away, and the others stay.
enum class FieldType : uint8_t { flag, text, list, object, settings, number };

struct TenantField {
  std::string_view name;    // in the API
  std::string_view column;  // of the table tenants
  std::string_view option;  // of the command line
  std::string_view help;    // there
  FieldType type;
  FieldValue (*get)(const Tenant& tenant);
  void (*put)(Tenant& tenant, FieldValue value);                             // REQUIRES: it is of the type
  Result<FieldValue> (*check)(const Tenant& tenant, FieldValue value) = {};  // gives the one normal spelling
  std::string_view migration = {};  // that adds the column, where the first table had none: "tenant/calls"
};
std::span<const TenantField> tenant_fields();

// The values to be set, by the fields' names.
using TenantChange = std::map<std::string, FieldValue, std::less<>>;
// Errors: bad_request, with a sentence; then some of it may be set.
Result<void> apply(Tenant& tenant, const TenantChange& change);

}  // namespace teahouse
