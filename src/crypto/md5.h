// MD5, for the keys of STUN's long-term credentials alone (RFC 8489 section 18.5.1.1), which most clients know no other
// way to make. It protects nothing: choose sha256 (hash.h) for anything else.
//
// Thread: any. Errors: none; an OpenSSL that cannot hash ends the program.
#pragma once

#include <string>
#include <string_view>

namespace teahouse::crypto {

std::string md5(std::string_view data);

}  // namespace teahouse::crypto
