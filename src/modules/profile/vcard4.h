// A vCard of vcard-temp as one of vCard4, and back.
//
// Properties that the other form has no place for are kept where they were: from vCard4 gender, languages, pictures and
// extensions, from vcard-temp its pictures, sounds and logos, and what vCard4 has given up. A <DESC/> and a <NOTE/>
// become a <note/>, which becomes a <DESC/>.
//
// Thread: any.
// Spec: XEP-0292 section 8, XEP-0054 section 4, RFC 6351.
#pragma once

#include <optional>
#include <string>

#include "xml/document.h"

namespace teahouse::profile {

// The vcard-temp that says what the vCard4 does, and beside that what `before` says that vCard4 can't.
std::string make_vcard_temp(const xml::Element& vcard4, const std::optional<xml::Element>& before);
// The vCard4 that says what the vcard-temp does, and beside that what `before` says that vcard-temp can't. Empty: that
// is nothing.
std::string make_vcard4(const xml::Element& vcard_temp, const std::optional<xml::Element>& before);

}  // namespace teahouse::profile
