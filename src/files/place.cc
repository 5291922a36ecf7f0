#include "files/place.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "files/incoming.h"
#include "tenant/whole_file.h"

namespace teahouse {
namespace {

namespace fs = std::filesystem;

// In the folder of a tenant, which has its number as its name.
bool holds_files(const std::string& folder) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename().string();
    if (!std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) continue;
    for (const auto& file : fs::recursive_directory_iterator(entry.path(), none)) {
      if (file.is_regular_file(none)) return true;
    }
  }
  return false;
}

struct Note {
  std::string place;     // empty: none is noted
  bool is_copy = false;  // it came out of a backup
};
constexpr std::string_view copy_line = "copy";

std::string note_of(const std::string& folder) { return folder + "/" + place_file; }

Result<Note> read_note(const std::string& folder) {
  const auto is_noted = has_file(note_of(folder));
  if (!is_noted) return is_noted.error();
  if (!*is_noted) return Note{};
  const auto text = read_whole_file(note_of(folder));
  if (!text) return text.error();
  const size_t end = std::min(text->find('\n'), text->size());
  return Note{text->substr(0, end), std::string_view(*text).substr(end).find(copy_line) != std::string_view::npos};
}

Error copied(const std::string& place, const std::string& note) {
  return {ErrorKind::conflict,
          "This house was made of a backup, and its files are at \"" + place +
              "\", where the house of before may go on to keep and remove them. If that one is no more, remove " +
              note +
              " and start again; else give this one a bucket or prefix of its own, with a copy of the objects "
              "(docs/operations.md, \"Files in a bucket\")."};
}

Error elsewhere(const std::string& noted, const std::string& place, const std::string& note) {
  return {ErrorKind::conflict, "The files of this house are kept at \"" + noted + "\", and teahouse.toml says \"" +
                                   place +
                                   "\" ([files]). Put the setting back; or move the files first, and then remove " +
                                   note + " (docs/operations.md, \"Files in a bucket\")."};
}

}  // namespace

Result<void> copy_place(const std::string& folder, const std::string& to) {
  const auto noted = read_note(folder);
  if (!noted) return noted.error();
  if (noted->place.empty()) return {};
  return write_whole_file(note_of(to), noted->place + "\n" + std::string(copy_line) + "\n", 0600);
}

Result<std::string> find_place(const std::string& folder) {
  auto noted = read_note(folder);
  if (!noted) return noted.error();
  return std::move(noted->place);
}

Result<void> settle_place(const std::string& folder, const std::string& place) {
  const std::string note = note_of(folder);
  const auto noted = read_note(folder);
  if (!noted) return noted.error();
  if (!noted->place.empty() && noted->place != place) return elsewhere(noted->place, place, note);
  if (noted->is_copy) return copied(place, note);
  if (!noted->place.empty()) return {};
  if (place == on_this_disk) return {};
  if (holds_files(folder)) {
    return Error{ErrorKind::conflict,
                 folder + " holds files of users, and teahouse.toml says that they are kept at \"" + place +
                     "\" ([files]). Move them there first, and the folders away "
                     "(docs/operations.md, \"Files in a bucket\")."};
  }
  if (auto made = make_synced_folder(folder); !made) return made;
  return write_whole_file(note, place + "\n", 0600);
}

}  // namespace teahouse
