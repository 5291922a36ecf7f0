// Manifest: which house a backup is of, when it was made, and its files: manifest.json, which is written last, so that
// a backup without one is none.
//
// Limits: 64 MiB. Errors: bad_request for a text that no make_backup has written; also for one of which a byte has
// changed.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backup/files.h"
#include "base/result.h"

namespace teahouse::backup {

constexpr const char* manifest_name = "manifest.json";

struct ManifestFile {
  std::string path;  // "control.db", "data/000012.sst", "files/7/…": in the backup's folder, and never outside of it
  FileDigest digest;
  int64_t modified_ns = 0;  // of the file that it was copied from
  bool operator==(const ManifestFile&) const = default;
};

struct Manifest {
  std::string house;                // its id
  std::string made;                 // "2026-11-28T13:16:44.000Z"
  std::string version;              // of the Teahouse that made it
  std::vector<ManifestFile> files;  // in the order of their paths

  const ManifestFile* find(std::string_view path) const;
  uint64_t bytes() const;
  bool operator==(const Manifest&) const = default;
};

// Adds the folders that a file of this path is in, all the way: "files" and "files/7" of "files/7/tea". The outer ones
// come first in the set.
void add_folders(std::string_view path, std::set<std::string>& folders);

std::string to_text(const Manifest& manifest);
Result<Manifest> parse_manifest(std::string_view text);
// The manifest of the backup in this folder. Errors: with the file's name.
Result<Manifest> load_manifest(const std::string& backup);

}  // namespace teahouse::backup
