// Photo: the picture in a vCard of vcard-temp, or in what a client publishes as its avatar.
//
// Base64 may have white space anywhere; it is written without. The bytes tell the type, if they are of a type that is
// known here, whatever the vCard says of it; else the vCard does, if it names a type of picture.
//
// Thread: any.
// Spec: XEP-0054, XEP-0153 sections 4.5, 4.6 and 5, XEP-0084 section 4.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "xml/document.h"

namespace teahouse::vcard {

struct Photo {
  std::string bytes;
  std::string type;  // media type
};

// None: it is no base64, or empty.
std::optional<std::string> read_base64(std::string_view text);
// The picture that the bytes are; none: they are no picture that is known, and `claimed_type` is none of pictures.
std::optional<Photo> make_photo(std::string bytes, std::string_view claimed_type);
// A <PHOTO/>. None: it has no picture in it (an address of one, or nothing that can be read).
std::optional<Photo> read_photo(const xml::Element& photo);
// The first of a <vCard/>.
std::optional<Photo> find_photo(const xml::Element& vcard);
std::string write_photo(const Photo& photo);

// SHA-1 of the bytes, in hex of lower case.
std::string hash_of(const Photo& photo);

}  // namespace teahouse::vcard
