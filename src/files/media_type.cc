#include "files/media_type.h"

#include <algorithm>
#include <array>

namespace teahouse {
namespace {

using namespace std::string_view_literals;

// A kind: bytes that stand at a place, and, where the container has many contents, others at a second one.
struct Magic {
  size_t at;
  std::string_view bytes;
  size_t then_at;
  std::string_view then_bytes;
  MediaType type;
};

// Of those that fit, the first.
constexpr std::array table = {
    Magic{0, "\x89PNG\r\n\x1a\n"sv, 0, ""sv, {"image/png", true}},
    Magic{0, "\xff\xd8\xff"sv, 0, ""sv, {"image/jpeg", true}},
    Magic{0, "GIF87a"sv, 0, ""sv, {"image/gif", true}},
    Magic{0, "GIF89a"sv, 0, ""sv, {"image/gif", true}},
    Magic{0, "RIFF"sv, 8, "WEBP"sv, {"image/webp", true}},
    Magic{0, "RIFF"sv, 8, "WAVE"sv, {"audio/wav", true}},
    Magic{4, "ftyp"sv, 8, "avif"sv, {"image/avif", true}},
    Magic{4, "ftyp"sv, 8, "heic"sv, {"image/heic", true}},
    Magic{4, "ftyp"sv, 8, "mif1"sv, {"image/heic", true}},
    Magic{4, "ftyp"sv, 8, "M4A "sv, {"audio/mp4", true}},
    Magic{4, "ftyp"sv, 8, "qt  "sv, {"video/quicktime", true}},
    Magic{4, "ftyp"sv, 0, ""sv, {"video/mp4", true}},
    Magic{0, "\x1a\x45\xdf\xa3"sv, 0, ""sv, {"video/webm", true}},
    Magic{0, "OggS"sv, 28, "\x80theora"sv, {"video/ogg", true}},
    Magic{0, "OggS"sv, 0, ""sv, {"audio/ogg", true}},
    Magic{0, "fLaC"sv, 0, ""sv, {"audio/flac", true}},
    Magic{0, "ID3"sv, 0, ""sv, {"audio/mpeg", true}},
    Magic{0, "\xff\xfb"sv, 0, ""sv, {"audio/mpeg", true}},
    Magic{0, "\xff\xf3"sv, 0, ""sv, {"audio/mpeg", true}},
    Magic{0, "\xff\xf1"sv, 0, ""sv, {"audio/aac", true}},
    Magic{0, "%PDF-"sv, 0, ""sv, {"application/pdf", false}},
    Magic{0, "PK\x03\x04"sv, 0, ""sv, {"application/zip", false}},
};
constexpr MediaType unknown{"application/octet-stream", false};

bool has(std::string_view bytes, size_t at, std::string_view wanted) {
  return bytes.size() >= at && bytes.substr(at).starts_with(wanted);
}

}  // namespace

const MediaType& find_media_type(std::string_view first_bytes) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Magic& magic) {
    return has(first_bytes, magic.at, magic.bytes) && has(first_bytes, magic.then_at, magic.then_bytes);
  });
  return found == table.end() ? unknown : found->type;
}

bool is_shown_type(std::string_view name) {
  return std::any_of(table.begin(), table.end(),
                     [&](const Magic& magic) { return magic.type.name == name && magic.type.is_shown; });
}

}  // namespace teahouse
