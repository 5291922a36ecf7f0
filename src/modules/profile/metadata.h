// The payloads of the two nodes of an avatar: its data, and what is said of it.
//
// Thread: any.
// Spec: XEP-0084 section 4, XEP-0398 section 3.1.
#pragma once

#include <optional>
#include <string>

#include "modules/vcard/photo.h"
#include "xml/document.h"

namespace teahouse::profile {

// AvatarInfo: an <info/> of a picture whose data is in the data node.
struct AvatarInfo {
  std::string id;  // of the item in the data node
  std::string type;
};
// The first one without a URL, and of them one of PNG if there is one. None: there is no picture, or only elsewhere.
std::optional<AvatarInfo> find_info(const xml::Element& metadata);

// A <metadata/> that tells of the photo.
std::string write_metadata(const vcard::Photo& photo);
std::string write_no_metadata();
std::string write_data(const vcard::Photo& photo);
// The photo in a <data/>. None: it is no picture, or not the one that the info is of.
std::optional<vcard::Photo> read_data(const xml::Element& data, const AvatarInfo& info);

}  // namespace teahouse::profile
