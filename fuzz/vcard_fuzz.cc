// vCards: their pictures are read again, the same, when they are written; one form is made of the other, and is one
// that is made of itself from then on.
#include "fuzz/xml_check_fuzz.h"
#include "modules/profile/metadata.h"
#include "modules/profile/vcard4.h"
#include "modules/vcard/image.h"

namespace vcard_fuzz {
namespace {

using namespace teahouse;
namespace fuzz = xml::fuzz;

xml::Document parse(const std::string& text, const char* why) {
  auto document = xml::Document::parse(SharedBytes(text), fuzz::wide_limits());
  fuzz::require(document.has_value(), why);
  return std::move(*document);
}

void check_picture(const vcard::Photo& photo) {
  const auto again = parse("<vCard xmlns='vcard-temp'>" + vcard::write_photo(photo) + "</vCard>", "a photo is no XML");
  const auto read = vcard::find_photo(again.root());
  fuzz::require(read && read->bytes == photo.bytes && read->type == photo.type, "a photo changed");
  const auto metadata = parse(profile::write_metadata(photo), "metadata is no XML");
  const auto info = profile::find_info(metadata.root());
  fuzz::require(info && info->id == vcard::hash_of(photo), "metadata names no picture");
  const auto data = parse(profile::write_data(photo), "data is no XML");
  fuzz::require(profile::read_data(data.root(), *info).has_value(), "data is not what its metadata says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)vcard::find_image(bytes);
  if (const auto photo = vcard::make_photo(bytes, "image/x"); photo && size > 0) check_picture(*photo);
  const auto document = xml::Document::parse(SharedBytes(bytes));
  if (!document) return 0;
  if (const auto photo = vcard::find_photo(document->root())) check_picture(*photo);
  if (const auto info = profile::find_info(document->root())) (void)profile::read_data(document->root(), *info);
  const std::string vcard4 = profile::make_vcard4(document->root(), std::nullopt);
  if (!vcard4.empty()) {
    const auto made = parse(vcard4, "a vCard4 that was made is no XML");
    const auto back = parse(profile::make_vcard_temp(made.root(), std::nullopt), "a vCard that was made is no XML");
    const std::string again = profile::make_vcard4(back.root(), std::nullopt);
    const auto once_more = parse(again.empty() ? "<x/>" : again, "a vCard4 that was made again is no XML");
    const auto there = parse(profile::make_vcard_temp(once_more.root(), std::nullopt), "a vCard is no XML");
    fuzz::require(profile::make_vcard4(there.root(), std::nullopt) == again, "a vCard4 does not come to rest");
  }
  const auto temp = parse(profile::make_vcard_temp(document->root(), document->root()), "a vCard is no XML");
  (void)profile::make_vcard4(temp.root(), document->root());
  return 0;
}

}  // namespace vcard_fuzz
