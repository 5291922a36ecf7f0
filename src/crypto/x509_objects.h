// OpenSSL's objects of certificates, each freed by its owner, and errors about them. Only for .cc files of crypto.
#pragma once

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <utility>

#include "base/result.h"

namespace teahouse::crypto {

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;

// bad_request. OpenSSL's queue of errors is the thread's: it leaves nothing there for TLS to trip over.
inline Error wrong(std::string text) {
  ERR_clear_error();
  return Error{ErrorKind::bad_request, std::move(text)};
}

}  // namespace teahouse::crypto
