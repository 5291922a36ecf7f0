#include "server/c2s/sasl2.h"

#include <algorithm>
#include <cstring>

#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

constexpr size_t name_bytes_max = 128;
constexpr size_t resource_characters = 12;  // 72 bits

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

std::string Sasl2Request::initial_response() const { return root().child_text("initial-response", ns::sasl2); }

std::string make_sasl2_success(const Sasl2Success& success) {
  std::string out;
  xml::Writer writer(out);
  writer.open("success", ns::sasl2);
  if (!success.data.empty()) writer.leaf("additional-data", crypto::to_base64(success.data));
  writer.leaf("authorization-identifier", success.address).raw(success.results).close();
  return out;
}

DeviceName name_device(std::string_view secret, std::string_view account, const UserAgent& agent) {
  if (agent.id.empty()) return {random_token(resource_characters), 0};
  const std::string digest = crypto::hmac_sha256(secret, std::string("device ").append(account) + ' ' + agent.id);
  DeviceName name{crypto::to_base64url(digest).substr(0, resource_characters), 0};
  std::memcpy(&name.number, digest.data() + digest.size() - sizeof name.number, sizeof name.number);
  if (name.number == 0) name.number = 1;
  return name;
}

}  // namespace teahouse::c2s
