#include "files/slots.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/random.h"
#include "crypto/jws.h"

namespace teahouse {
namespace {

namespace json = boost::json;

Error unknown_slot() {
  return {ErrorKind::not_authorized,
          "This upload was not agreed upon here: ask for a slot, and send what came with it."};
}

}  // namespace

Slots::Slots(const Clock& clock) : clock_(clock), secrets_{random_bytes(crypto::jws_secret_bytes_min)} {}

std::string Slots::sign(const Slot& slot) const {
  const json::object claims = {{"tenant", raw(slot.tenant)}, {"id", slot.id},
                               {"account", slot.localpart},  {"incarnation", slot.incarnation},
                               {"name", slot.name},          {"bytes", slot.bytes},
                               {"type", slot.type},          {"expires", slot.expires_ms}};
  return crypto::sign_jws(json::serialize(claims), secrets_.front());
}

Result<Slot> Slots::read(std::string_view token, TenantId tenant, std::string_view id) const {
  const auto payload = crypto::verify_jws(token, secrets_);
  if (!payload) return unknown_slot();
  const json::object claims = json::parse(*payload).get_object();  // ours: it is signed
  const auto text = [&claims](const char* name) { return std::string(std::string_view(claims.at(name).get_string())); };
  const auto number = [&claims](const char* name) { return claims.at(name).to_number<int64_t>(); };
  Slot slot{static_cast<TenantId>(number("tenant")),
            text("id"),
            text("account"),
            number("incarnation"),
            text("name"),
            number("bytes"),
            text("type"),
            number("expires")};
  if (slot.tenant != tenant || slot.id != id) return unknown_slot();
  if (slot.expires_ms <= clock_.monotonic_ms()) return {ErrorKind::gone, "This slot has run out: ask for another one."};
  return slot;
}

Result<void> Slots::use(const Slot& slot) {
  const std::lock_guard lock(mutex_);
  used_.erase(used_.begin(), used_.lower_bound({clock_.monotonic_ms(), {}}));
  if (used_.emplace(slot.expires_ms, slot.id).second) return {};
  return {ErrorKind::conflict, "This slot has been used: ask for another one."};
}

void Slots::give_back(const Slot& slot) {
  const std::lock_guard lock(mutex_);
  used_.erase({slot.expires_ms, slot.id});
}

}  // namespace teahouse
