#include "backup/backup.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "backup/files.h"
#include "backup/manifest.h"
#include "base/clock.h"
#include "tenant/whole_file.h"

namespace teahouse::backup {
namespace {

class Making {
 public:
  Making(const BackupWanted& wanted, BackupFolder& folder) : wanted_(wanted), folder_(folder) {}

  Result<BackupMade> run() {
    made_.notes = folder_.notes();
    if (auto found = find_earlier(); !found) return found.error();
    auto made = make();
    if (!made) {
      (void)remove_folder(folder_.unfinished());  // what it took is free again; the next one looks for it too
      return made.error();
    }
    made_.name = folder_.next_name(wanted_.wall_ms);
    if (auto finished = folder_.finish(made_.name); !finished) return finished.error();
    if (made_.damages > 0) {
      note_damages();
    } else if (wanted_.keep > 0) {
      auto removed = folder_.keep(wanted_.keep);
      if (!removed) return removed.error();
      made_.removed = std::move(*removed);
    }
    made_.files = manifest_.files.size();
    made_.bytes = manifest_.bytes();
    return std::move(made_);
  }

 private:
  // The newest whose manifest can be read.
  Result<void> find_earlier() {
    const auto& names = folder_.names();
    for (auto name = names.rbegin(); name != names.rend() && !earlier_; ++name) {
      auto manifest = load_manifest(folder_.path_of(*name));
      if (!manifest) {
        made_.notes.push_back("The backup " + *name + " can't be restored: " + manifest.error().text);
        continue;
      }
      earlier_ = std::move(*manifest);
      earlier_path_ = folder_.path_of(*name) + "/";
    }
    if (!earlier_ || earlier_->house == wanted_.house) return {};
    return Error{ErrorKind::conflict,
                 folder_.path() + " holds backups of another house. Give those of this one a folder of their own."};
  }

  Result<void> make() {
    if (auto begun = make_folder(folder_.unfinished()); !begun) return begun;
    std::set<std::string> folders{"data"};
    for (const SourceFile& source : wanted_.files) add_folders(source.path, folders);
    for (const std::string& folder : folders) {
      if (auto made = make_folder(folder_.unfinished() + "/" + folder); !made) return made;
    }
    manifest_ = {wanted_.house, format_time(wanted_.wall_ms), wanted_.version, {}};
    for (const SourceFile& source : wanted_.files) {
      if (auto added = add(source); !added) return added;
    }
    std::ranges::sort(manifest_.files, {}, &ManifestFile::path);
    if (auto checked = check_all(); !checked) return checked;
    for (const std::string& folder : folders) {
      if (auto synced = sync_folder(folder_.unfinished() + "/" + folder); !synced) return synced;
    }
    return write_whole_file(folder_.unfinished() + "/" + manifest_name, to_text(manifest_), 0600);
  }

  Result<void> check_all() {
    if (!wanted_.check_all) return {};
    const auto damages = wanted_.check_all(folder_.unfinished());
    if (!damages) return damages.error();
    made_.damages = *damages;
    return {};
  }

  void note_damages() {
    const std::string parts =
        made_.damages == 1 ? "1 part of a table is" : std::to_string(made_.damages) + " parts of tables are";
    made_.notes.push_back(parts + " set aside as damaged and " + (made_.damages == 1 ? "is" : "are") +
                          " not in it; no earlier backup was removed. `teahouse check` names them.");
  }

  Result<void> add(const SourceFile& source) {
    const auto modified = modified_ns(source.from);
    if (!modified) return modified.error();
    ManifestFile file{source.path, {}, *modified};
    const auto shared = share(source, file);
    if (!shared) return shared.error();
    if (!*shared) {
      if (auto copied = copy(source, file); !copied) return copied;
    }
    manifest_.files.push_back(std::move(file));
    return {};
  }

  // Whether the earlier backup has the same file, whole.
  Result<bool> share(const SourceFile& source, ManifestFile& file) {
    const ManifestFile* earlier = earlier_ ? earlier_->find(source.path) : nullptr;
    if (!earlier) return false;
    if (!source.never_changes || earlier->modified_ns != file.modified_ns) {
      const auto now = digest_file(source.from);
      if (!now) return now.error();
      if (*now != earlier->digest) return false;
    }
    const auto stored = digest_file(earlier_path_ + source.path);
    if (!stored || *stored != earlier->digest) {
      made_.notes.push_back(earlier_path_ + source.path + " is damaged; in the new backup it is whole.");
      return false;
    }
    file.digest = earlier->digest;
    return link_file(earlier_path_ + source.path, path_of(source));
  }

  Result<void> copy(const SourceFile& source, ManifestFile& file) {
    const std::string to = path_of(source);
    auto digest = copy_file(source.from, to);
    if (!digest) return digest.error();
    const auto stored = digest_file(to);
    if (!stored) return stored.error();
    if (*stored != *digest) {
      return Error{ErrorKind::internal_server_error,
                   to + " is not on the disk as it was written. Is the disk failing? No backup was made."};
    }
    file.digest = std::move(*digest);
    made_.copied_bytes += file.digest.bytes;
    return wanted_.check ? wanted_.check(to) : Result<void>();
  }

  std::string path_of(const SourceFile& source) const { return folder_.unfinished() + "/" + source.path; }

  const BackupWanted& wanted_;
  BackupFolder& folder_;
  std::optional<Manifest> earlier_;
  std::string earlier_path_;
  Manifest manifest_;
  BackupMade made_;
};

}  // namespace

Result<BackupMade> make_backup(BackupFolder& folder, const BackupWanted& wanted) {
  return Making(wanted, folder).run();
}

}  // namespace teahouse::backup
