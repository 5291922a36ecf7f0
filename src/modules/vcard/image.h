// Image: what the first bytes of a picture say that it is.
//
// Limits: JPEG is looked at up to the frame's header, at most 200 segments. Others are told by their first 26 bytes.
// Thread: any.
// Spec: W3C PNG section 11.2.1 (IHDR), GIF89a section 18, ITU T.81 annex B (JPEG), RFC 9649 (WebP), BMP.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace teahouse::vcard {

struct Image {
  std::string_view type;           // its media type
  uint32_t width = 0, height = 0;  // in pixels; 0: not known, or more than 65,535
  bool operator==(const Image&) const = default;
};

// None: it is of another type, or no picture.
std::optional<Image> find_image(std::string_view bytes);

}  // namespace teahouse::vcard
