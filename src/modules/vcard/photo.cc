#include "modules/vcard/photo.h"

#include <algorithm>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "modules/vcard/image.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::vcard {
namespace {

constexpr size_t type_bytes_max = 100;

// A type of pictures, in lower case; none for anything else.
std::optional<std::string> read_type(std::string_view text) {
  text = xml::trim(text);
  std::string type;
  for (const char c : text) type.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  const auto is_token = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  constexpr std::string_view prefix = "image/";
  if (!type.starts_with(prefix) || type.size() == prefix.size() || type.size() > type_bytes_max) return std::nullopt;
  if (!std::all_of(type.begin() + prefix.size(), type.end(), is_token)) return std::nullopt;
  return type;
}

}  // namespace

std::optional<std::string> read_base64(std::string_view text) {
  std::string packed;
  packed.reserve(text.size());
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') packed.push_back(c);
  }
  auto bytes = crypto::parse_base64(packed);
  if (!bytes || bytes->empty()) return std::nullopt;
  return std::move(*bytes);
}

std::optional<Photo> make_photo(std::string bytes, std::string_view claimed_type) {
  if (const auto image = find_image(bytes)) return Photo{std::move(bytes), std::string(image->type)};
  auto type = read_type(claimed_type);
  if (!type) return std::nullopt;
  return Photo{std::move(bytes), std::move(*type)};
}

std::optional<Photo> read_photo(const xml::Element& photo) {
  auto bytes = read_base64(photo.child_text("BINVAL", ns::vcard_temp));
  if (!bytes) return std::nullopt;
  return make_photo(std::move(*bytes), photo.child_text("TYPE", ns::vcard_temp));
}

std::optional<Photo> find_photo(const xml::Element& vcard) {
  for (auto child = vcard.first_child(); child; child = child->next_sibling()) {
    if (!child->is("PHOTO", ns::vcard_temp)) continue;
    if (auto photo = read_photo(*child)) return photo;
  }
  return std::nullopt;
}

std::string write_photo(const Photo& photo) {
  std::string out;
  xml::Writer writer(out);
  writer.open("PHOTO").leaf("TYPE", photo.type).leaf("BINVAL", crypto::to_base64(photo.bytes)).close();
  return out;
}

std::string hash_of(const Photo& photo) { return crypto::to_hex(crypto::sha1(photo.bytes)); }

}  // namespace teahouse::vcard
