#include "modules/vcard/image.h"

namespace teahouse::vcard {
namespace {

constexpr uint32_t pixels_max = 65'535;
constexpr int segments_max = 200;

uint32_t byte_at(std::string_view bytes, size_t place) {
  return place < bytes.size() ? static_cast<uint8_t>(bytes[place]) : 0;
}
uint32_t big_endian(std::string_view bytes, size_t place, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) value = (value << 8) | byte_at(bytes, place + i);
  return value;
}
uint32_t little_endian_16(std::string_view bytes, size_t place) {
  return byte_at(bytes, place) | (byte_at(bytes, place + 1) << 8);
}

Image make_image(std::string_view type, uint32_t width, uint32_t height) {
  const bool is_known = width > 0 && height > 0 && width <= pixels_max && height <= pixels_max;
  return is_known ? Image{type, width, height} : Image{type};
}

// The size stands in the frame's header (SOF), behind segments that each tell how long they are.
Image look_at_jpeg(std::string_view bytes) {
  size_t at = 2;
  for (int i = 0; i < segments_max && at + 4 <= bytes.size() && byte_at(bytes, at) == 0xff; ++i) {
    const uint32_t marker = byte_at(bytes, at + 1);
    if (marker == 0xff) {  // filling
      ++at;
      continue;
    }
    const bool is_frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (is_frame) return make_image("image/jpeg", big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2));
    if (marker == 0xd9 || marker == 0xda) break;  // its end, or its data
    at += 2 + big_endian(bytes, at + 2, 2);
  }
  return {"image/jpeg"};
}

}  // namespace

std::optional<Image> find_image(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) {
    const bool has_header = bytes.size() >= 24 && bytes.substr(12, 4) == "IHDR";
    return has_header ? make_image("image/png", big_endian(bytes, 16, 4), big_endian(bytes, 20, 4))
                      : Image{"image/png"};
  }
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) {
    return make_image("image/gif", little_endian_16(bytes, 6), little_endian_16(bytes, 8));
  }
  if (bytes.starts_with("\xff\xd8\xff")) return look_at_jpeg(bytes);
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") return Image{"image/webp"};
  if (bytes.size() >= 12 && (bytes.substr(4, 8) == "ftypavif" || bytes.substr(4, 8) == "ftypavis")) {
    return Image{"image/avif"};
  }
  if (bytes.starts_with("BM") && bytes.size() >= 26) return Image{"image/bmp"};
  return std::nullopt;
}

}  // namespace teahouse::vcard
