#include "api/openapi.h"

#include "api/handlers.h"

extern "C" {
extern const char teahouse_openapi_begin[];  // openapi.S
extern const char teahouse_openapi_end[];
}

namespace teahouse::api {

std::string_view openapi_json() {
  return {teahouse_openapi_begin, static_cast<size_t>(teahouse_openapi_end - teahouse_openapi_begin)};
}

Task<Outcome> get_openapi(ApiContext& /*api*/, ApiCall /*call*/) {
  co_return Answer{200, std::string(openapi_json()), std::nullopt};
}

}  // namespace teahouse::api
