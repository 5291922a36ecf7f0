#include "backup/manifest.h"

#include <algorithm>
#include <boost/json.hpp>
#include <numeric>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "tenant/whole_file.h"

namespace teahouse::backup {
namespace {

namespace json = boost::json;

constexpr size_t text_bytes_max = 64 << 20;
constexpr size_t name_bytes_max = 255;
constexpr std::string_view digest_line = "\n  \"sha256\": \"";  // of all that stands before it; the last line but one

Error wrong(std::string text) { return {ErrorKind::bad_request, std::move(text)}; }

bool is_plain_name(std::string_view name) {
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (name.empty() || name.size() > name_bytes_max || !is_alphanumeric(name.front())) return false;
  return std::ranges::all_of(name, [&](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
}

// A name, one in data/, or one in files/ in at most two folders more ("files/7/ab/abcd…").
bool is_plain_path(std::string_view path) {
  constexpr std::string_view data = "data/", files = "files/";
  if (path == manifest_name) return false;
  if (path.starts_with(data)) return is_plain_name(path.substr(data.size()));
  if (!path.starts_with(files)) return is_plain_name(path);
  path.remove_prefix(files.size());
  for (size_t folders = 0, end = path.find('/'); end != path.npos; end = path.find('/')) {
    if (++folders > 2 || !is_plain_name(path.substr(0, end))) return false;
    path.remove_prefix(end + 1);
  }
  return is_plain_name(path);
}

bool is_digest(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string text_of(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(std::string_view(value->get_string())) : std::string();
}

// -1 for what is no count.
int64_t count_of(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_int64() ? value->get_int64() : -1;
}

Result<void> parse_file(const json::value& value, ManifestFile& file) {
  if (!value.is_object()) return wrong("a file is no object");
  const json::object& object = value.get_object();
  file.path = text_of(object, "path");
  if (!is_plain_path(file.path)) return wrong("a file's path leads out of the backup or is none");
  file.digest.sha256 = text_of(object, "sha256");
  const int64_t bytes = count_of(object, "bytes");
  file.modified_ns = count_of(object, "modified_ns");
  if (bytes < 0 || !is_digest(file.digest.sha256)) return wrong("size or digest of " + file.path + " is none");
  file.digest.bytes = static_cast<uint64_t>(bytes);
  return {};
}

// The text but for its digest, which must be right.
Result<std::string_view> parse_digest(std::string_view text) {
  const size_t at = text.rfind(digest_line);
  if (at == text.npos) return wrong("its end is missing");
  const std::string_view rest = text.substr(at + digest_line.size());
  if (rest.substr(0, std::min<size_t>(rest.size(), 64)) != crypto::to_hex(crypto::sha256(text.substr(0, at))) ||
      rest.substr(64) != "\"\n}\n") {
    return wrong("it is not as it was written");
  }
  return text.substr(0, at);
}

}  // namespace

void add_folders(std::string_view path, std::set<std::string>& folders) {
  for (size_t at = path.find('/'); at != path.npos; at = path.find('/', at + 1)) folders.emplace(path.substr(0, at));
}

const ManifestFile* Manifest::find(std::string_view path) const {
  const auto found = std::ranges::lower_bound(files, path, {}, &ManifestFile::path);
  return found == files.end() || found->path != path ? nullptr : &*found;
}

uint64_t Manifest::bytes() const {
  return std::accumulate(files.begin(), files.end(), uint64_t{0},
                         [](uint64_t sum, const ManifestFile& file) { return sum + file.digest.bytes; });
}

std::string to_text(const Manifest& manifest) {
  const auto quoted = [](const std::string& text) { return json::serialize(json::string(text)); };
  std::string text = "{\n  \"house\": " + quoted(manifest.house) + ",\n  \"made\": " + quoted(manifest.made) +
                     ",\n  \"version\": " + quoted(manifest.version) + ",\n  \"files\": [";
  for (const ManifestFile& file : manifest.files) {
    text += &file == manifest.files.data() ? "\n    " : ",\n    ";
    text += json::serialize(json::object{{"path", file.path},
                                         {"bytes", file.digest.bytes},
                                         {"sha256", file.digest.sha256},
                                         {"modified_ns", file.modified_ns}});
  }
  text += "\n  ],";
  const std::string digest = crypto::to_hex(crypto::sha256(text));
  return text.append(digest_line).append(digest).append("\"\n}\n");
}

Result<Manifest> parse_manifest(std::string_view text) {
  if (text.size() > text_bytes_max) return wrong("it is larger than 64 MiB");
  if (const auto whole = parse_digest(text); !whole) return whole.error();
  json::error_code failed;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), failed);
  if (failed || !value.is_object()) return wrong("it is no JSON object");
  const json::object& object = value.get_object();
  Manifest manifest;
  manifest.house = text_of(object, "house");
  manifest.made = text_of(object, "made");
  manifest.version = text_of(object, "version");
  const json::value* files = object.if_contains("files");
  if (manifest.house.empty() || !files || !files->is_array()) return wrong("its house or its files are missing");
  for (const json::value& each : files->get_array()) {
    if (auto parsed = parse_file(each, manifest.files.emplace_back()); !parsed) return parsed.error();
  }
  std::ranges::sort(manifest.files, {}, &ManifestFile::path);
  const auto twice = std::ranges::adjacent_find(manifest.files, {}, &ManifestFile::path);
  if (twice != manifest.files.end()) return wrong(twice->path + " stands there twice");
  return manifest;
}

Result<Manifest> load_manifest(const std::string& backup) {
  const std::string path = backup + "/" + manifest_name;
  const auto text = read_whole_file(path);
  if (!text) return text.error();
  auto manifest = parse_manifest(*text);
  if (!manifest) return wrong(path + " is damaged: " + manifest.error().text + ".");
  return manifest;
}

}  // namespace teahouse::backup
