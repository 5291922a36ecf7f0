#include "server/c2s/sasl2.h"

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

constexpr size_t name_bytes_max = 128;

// 8-4-4-4-12 hex digits.
bool is_uuid(std::string_view text) {
  static constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::equal(text.begin(), text.end(), form.begin(), form.end(), [](char c, char wanted) {
    const bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    return wanted == 'x' ? is_digit : c == wanted;
  });
}

UserAgent read_user_agent(const xml::Element& authenticate) {
  UserAgent agent;
  const auto element = authenticate.child("user-agent", ns::sasl2);
  if (!element) return agent;
  std::string id(element->attribute("id").value_or(""));
  std::transform(id.begin(), id.end(), id.begin(), [](char c) { return c >= 'A' && c <= 'F' ? char(c + 32) : c; });
  if (is_uuid(id)) agent.id = id;
  agent.software = cut(element->child_text("software", ns::sasl2), name_bytes_max);
  agent.device = cut(element->child_text("device", ns::sasl2), name_bytes_max);
  return agent;
}

}  // namespace

Sasl2Request::Sasl2Request(xml::Document authenticate)
    : authenticate_(std::move(authenticate)), user_agent_(read_user_agent(root())) {}

std::optional<std::string> Sasl2Request::initial_response() const {
  const auto response = root().child("initial-response", ns::sasl2);
  return response ? std::optional(response->text()) : std::nullopt;
}

std::optional<Result<FastLogin>> Sasl2Request::fast() const {
  const auto element = root().child("fast", ns::fast);
  if (!element) return std::nullopt;
  FastLogin login;
  if (const auto count = element->attribute("count")) {
    login.count = parse_decimal<int32_t>(*count);
    if (!login.count || *login.count < 0) return Error{ErrorKind::bad_request, "The count must be a positive number."};
  }
  if (const auto invalidate = element->attribute("invalidate")) {
    const auto value = xml::parse_boolean(*invalidate);
    if (!value) return Error{ErrorKind::bad_request, "The attribute 'invalidate' must be true or false."};
    login.invalidates = *value;
  }
  return login;
}

std::string_view Sasl2Request::wanted_token() const {
  const auto element = root().child("request-token", ns::fast);
  return element ? element->attribute("mechanism").value_or("") : std::string_view();
}

bool Sasl2Request::wants_upgrade(std::string_view task) const {
  bool is_wanted = false;
  root().for_each_child([&](const xml::Element& child) {
    is_wanted |= child.is("upgrade", ns::sasl_upgrade) && xml::trim(child.text()) == task;
  });
  return is_wanted;
}

std::string make_sasl2_success(const Sasl2Success& success) {
  std::string out;
  xml::Writer writer(out);
  writer.open("success", ns::sasl2);
  if (!success.data.empty()) writer.leaf("additional-data", crypto::to_base64(success.data));
  writer.leaf("authorization-identifier", success.address).raw(success.results);
  if (success.token) {
    writer.open("token", ns::fast)
        .attribute("expiry", format_time(success.token->expires_ms))
        .attribute("token", success.token->token)
        .close();
  }
  writer.close();
  return out;
}

}  // namespace teahouse::c2s
