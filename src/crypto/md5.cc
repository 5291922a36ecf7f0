#include "crypto/md5.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace teahouse::crypto {

std::string md5(std::string_view data) {
  std::string sum(16, '\0');
  unsigned size = 0;
  auto* to = reinterpret_cast<unsigned char*>(sum.data());
  if (EVP_Digest(data.data(), data.size(), to, &size, EVP_md5(), nullptr) != 1 || size != sum.size()) std::abort();
  return sum;
}

}  // namespace teahouse::crypto
