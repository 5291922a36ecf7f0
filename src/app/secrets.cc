#include "app/secrets.h"

#include "base/log.h"
#include "base/random.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "tenant/whole_file.h"

namespace teahouse {
namespace {

// A file with one line, made with `fresh` where there is none.
Result<std::string> load_or_make(const std::string& path, const std::string& fresh) {
  const auto there = has_file(path);
  if (!there) return there.error();
  if (!*there) {
    const auto written = write_whole_file(path, fresh + "\n", 0600);
    if (!written) return written.error();
    return fresh;
  }
  warn_of_open_key(path);
  auto text = read_whole_file(path);
  if (!text) return text.error();
  while (!text->empty() && (text->back() == '\n' || text->back() == ' ')) text->pop_back();
  if (text->empty()) return Error{ErrorKind::internal_server_error, path + " is empty. Put it back from your backup."};
  return text;
}

// The seal key of a house cannot be made anew: the secrets that it sealed are closed for ever without it.
Result<void> check_seal_key(const std::string& path) {
  const auto there = has_file(path);
  if (!there) return there.error();
  if (*there) return {};
  return Error{ErrorKind::internal_server_error,
               path +
                   " is missing: without it neither site tokens nor uploaded certificates can be read. Put it back "
                   "from your backup."};
}

}  // namespace

Result<Secrets> load_or_make_secrets(const std::string& data_directory, bool is_lived_in) {
  if (is_lived_in) {
    const auto sealed = check_seal_key(data_directory + "/seal.key");
    if (!sealed) return sealed.error();
    const auto has_operator_key = has_file(data_directory + "/operator.key");
    if (has_operator_key && !*has_operator_key) {
      log::warning("server", "The operator's key is missing; a new one is made",
                   {{"file", data_directory + "/operator.key"}});
    }
  }
  auto operator_key = load_or_make(data_directory + "/operator.key", "ok_" + random_token(40));
  if (!operator_key) return operator_key.error();
  const auto seal_hex = load_or_make(data_directory + "/seal.key", crypto::to_hex(random_bytes(32)));
  if (!seal_hex) return seal_hex.error();
  auto seal_key = crypto::parse_hex(*seal_hex);
  if (!seal_key || seal_key->size() != 32) {
    return Error{ErrorKind::internal_server_error,
                 data_directory + "/seal.key is not 64 hexadecimal digits. Put it back from your backup."};
  }
  Secrets secrets;
  secrets.operator_key = std::move(*operator_key);
  secrets.fake_salt_secret = crypto::hmac_sha256(*seal_key, "salts of accounts that do not exist");
  secrets.archive_id_secret = crypto::hmac_sha256(*seal_key, "ids of archives");
  secrets.calls_secret = crypto::hmac_sha256(*seal_key, "credentials of the relay of calls");
  secrets.dialback_secret = crypto::hmac_sha256(*seal_key, "keys of server dialback");
  secrets.seal_key = std::move(*seal_key);
  return secrets;
}

}  // namespace teahouse
