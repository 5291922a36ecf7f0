// The place of a house's files, noted in FOLDER/place: a house whose settings name another place than the one where its
// files are would answer for each of them that there is no such file.
//
// Thread: start-up. Errors: conflict, with a sentence on what to do; internal_server_error with a path.
#pragma once

#include <string>

#include "base/result.h"

namespace teahouse {

// Files on the disk need no note.
inline constexpr char on_this_disk[] = "disk";
inline constexpr char place_file[] = "place";  // in FOLDER

// Notes the place, where none is noted and the folder holds no file. `place` is one line: on_this_disk, or the name of
// another. Refuses a copy (copy_place) too: two houses that took and removed objects at one place would ruin each
// other's files.
Result<void> settle_place(const std::string& folder, const std::string& place);
// The noted place for a folder of a backup, where there is one: the house that is made of it is another.
Result<void> copy_place(const std::string& folder, const std::string& to);
// The noted place; empty: the disk.
Result<std::string> find_place(const std::string& folder);

}  // namespace teahouse
