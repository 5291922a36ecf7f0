// A row of a tenant's stores as a line of JSON: what people can read, and other programs too.
//
//   {"map":"blocking","key":"ann@shop.example","entry":"eve@shop.example","value":""}
//   {"archive":"archive","owner":"ann@shop.example","id":"00000195a1b2c300","with":"bob@shop.example","at_ms":1,
//    "stanza":"<message ...>"}
//
// A text that is not UTF-8 stands in base64, as the member "value64" in the place of "value", and so the others.
//
// Thread: any. Limits: limits.h; key_bytes_max of the stores. Errors: bad_request, with a sentence.
#pragma once

#include <string>
#include <string_view>

#include "store/tenant_row.h"

namespace teahouse::transfer {

// Without its end. REQUIRES: a row of a map or of an archive.
std::string write_row_line(const store::TenantRow& row);
Result<store::TenantRow> parse_row_line(std::string_view line);

}  // namespace teahouse::transfer
