// The API's own description (OpenAPI 3.1), as openapi.json has it.
#pragma once

#include <string_view>

namespace teahouse::api {

std::string_view openapi_json();

}  // namespace teahouse::api
