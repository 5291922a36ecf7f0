// Secrets: the keys that live in files of the data directory, made at the first start, readable by their owner alone.
//
// Errors: internal_server_error with the file's name, for one that can't be read or written.
#pragma once

#include <string>

#include "base/result.h"

namespace teahouse {

struct Secrets {
  std::string operator_key;  // operator.key: "ok_…", for the operator API
  std::string seal_key;      // seal.key: 32 bytes under which the database's secrets are sealed
  std::string fake_salt_secret, archive_id_secret, calls_secret, dialback_secret;  // derived from seal_key
};

// With is_lived_in seal.key must be there: the secrets that it sealed open with no other. The log says which of the
// files others can read.
Result<Secrets> load_or_make_secrets(const std::string& data_directory, bool is_lived_in);

}  // namespace teahouse
