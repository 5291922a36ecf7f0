// A body of an API call, JSON or form: what is read keeps to its limits, and each getter gives UTF-8 or a mistake that
// names the field. The first byte chooses the type.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/fields.h"
#include "base/text.h"

namespace fields_fuzz {
namespace {
void require(bool holds) {
  if (!holds) abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  if (size == 0) return 0;
  static constexpr const char* types[] = {"application/json", "application/x-www-form-urlencoded", ""};
  http::Request request;
  request.method = "POST";
  if (const char* type = types[data[0] % 3]; *type) request.headers.add("Content-Type", type);
  request.body.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto fields = api::Fields::read(request);
  if (!fields) {
    require(!fields.error().text.empty() && is_utf8(fields.error().text));
    return 0;
  }
  require(is_utf8(fields->describe()));
  for (const char* name : {"to", "text", "members", "plan", "n", "on", "theme"}) {
    auto each = *fields;
    if (const auto text = each.optional_text(name)) require(is_utf8(*text));
    if (const auto list = each.list(name)) {
      require(list->size() <= api::Fields::list_max);
      for (const std::string& one : *list) require(is_utf8(one));
    }
    if (const auto object = each.object(name)) require(is_utf8(*object));
    (void)each.number(name);
    (void)each.flag(name);
    if (const auto checked = each.check(); !checked) {
      require(checked.error().kind == ErrorKind::bad_request && is_utf8(checked.error().text));
    }
    (void)each.take(name);
  }
  fields->allow_only({"to", "text"});
  (void)fields->check();
  return 0;
}

}  // namespace fields_fuzz
