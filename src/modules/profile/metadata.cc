#include "modules/profile/metadata.h"

#include <algorithm>

#include "crypto/encoding.h"
#include "modules/vcard/image.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::profile {
namespace {

constexpr size_t id_bytes_max = 512;  // of an item

bool is_same_hex(std::string_view one, std::string_view other) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; };
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::optional<AvatarInfo> find_info(const xml::Element& metadata) {
  std::optional<AvatarInfo> found;
  if (!metadata.is("metadata", ns::avatar_metadata)) return found;
  for (auto child = metadata.first_child(); child; child = child->next_sibling()) {
    if (!child->is("info", ns::avatar_metadata) || child->attribute("url")) continue;
    const std::string_view id = child->attribute("id").value_or("");
    const std::string_view type = child->attribute("type").value_or("");
    if (id.empty() || id.size() > id_bytes_max) continue;
    const bool is_png = type == "image/png";
    if (!found || is_png) found = AvatarInfo{std::string(id), std::string(type)};
    if (is_png) break;
  }
  return found;
}

std::string write_metadata(const vcard::Photo& photo) {
  std::string out;
  xml::Writer writer(out);
  writer.open("metadata", ns::avatar_metadata).open("info");
  writer.attribute("bytes", std::to_string(photo.bytes.size())).attribute("id", vcard::hash_of(photo));
  writer.attribute("type", photo.type);
  if (const auto image = vcard::find_image(photo.bytes); image && image->width > 0) {
    writer.attribute("width", std::to_string(image->width)).attribute("height", std::to_string(image->height));
  }
  writer.close().close();
  return out;
}

std::string write_no_metadata() {
  std::string out;
  xml::Writer(out).open("metadata", ns::avatar_metadata).close();
  return out;
}

std::string write_data(const vcard::Photo& photo) {
  std::string out;
  xml::Writer(out).leaf("data", crypto::to_base64(photo.bytes), ns::avatar_data);
  return out;
}

std::optional<vcard::Photo> read_data(const xml::Element& data, const AvatarInfo& info) {
  if (!data.is("data", ns::avatar_data)) return std::nullopt;
  auto bytes = vcard::read_base64(data.text());
  if (!bytes) return std::nullopt;
  auto photo = vcard::make_photo(std::move(*bytes), info.type);
  if (!photo || !is_same_hex(vcard::hash_of(*photo), info.id)) return std::nullopt;
  return photo;
}

}  // namespace teahouse::profile
