#include "crypto/wiped.h"

#include <openssl/crypto.h>

namespace teahouse::crypto {

void wipe(std::string& bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

}  // namespace teahouse::crypto
