#include "modules/push/device.h"

#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "http/url.h"
#include "tenant/names.h"
#include "xml/values.h"
#include "xml/writer.h"

namespace teahouse::push {
namespace {

constexpr size_t id_bytes = 12;

}  // namespace

Result<Device> make_device(const NewPushDevice& wanted, int64_t now_ms) {
  auto subscription = webpush::parse_subscription(wanted.endpoint, wanted.p256dh, wanted.auth);
  if (!subscription) return subscription.error();
  if (wanted.name.size() > name_bytes_max) {
    return Error{ErrorKind::bad_request, "A device's name has at most 100 bytes."};
  }
  auto name = wanted.name.empty() ? wanted.name : parse_shown_text("The name", wanted.name, name_bytes_max);
  if (!name) return name.error();
  Device device{crypto::to_base64url(crypto::sha256(wanted.endpoint).substr(0, id_bytes)), std::move(*subscription),
                std::move(*name), wanted.shows_text, now_ms};
  return device;
}

std::string write_device(const Device& device) {
  std::string row;
  xml::Writer(row)
      .open("device")
      .attribute("endpoint", device.subscription.endpoint)
      .attribute("p256dh", crypto::to_base64url(device.subscription.keys.point))
      .attribute("auth", crypto::to_base64url(device.subscription.keys.auth))
      .attribute("name", device.name)
      .attribute("text", device.shows_text ? "true" : "false")
      .attribute("created", std::to_string(device.created_ms))
      .close();
  return row;
}

Result<Device> read_device(std::string_view id, std::string row) {
  const auto document = xml::Document::parse_own(SharedBytes(std::move(row)));
  const Error wrong{ErrorKind::internal_server_error, "A device's row can't be read."};
  if (!document) return wrong;
  const xml::Element element = document->root();
  const auto value = [&element](const char* name) { return std::string(element.attribute(name).value_or("")); };
  auto subscription = webpush::parse_subscription(value("endpoint"), value("p256dh"), value("auth"));
  if (!subscription) return wrong;
  return Device{std::string(id), std::move(*subscription), value("name"), value("text") == "true",
                parse_decimal<int64_t>(value("created")).value_or(0)};
}

std::string service_of(const Device& device) {
  const auto url = http::parse_url(device.subscription.endpoint);
  return url ? lower_ascii(url->host) : std::string();
}

PushDevice show(const Device& device) {
  return {device.id,
          device.name,
          service_of(device),
          device.shows_text,
          device.created_ms,
          device.last_ms,
          device.last_ms == 0 ? std::string() : to_string(device.last.kind),
          device.last.status};
}

}  // namespace teahouse::push
