// FileWorld: files of two tenants on a disk of their own, with rows in memory. For tests.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "files/disk_store.h"
#include "files/files.h"
#include "store/memory/memory_plane.h"
#include "store/testing/temp_directory.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::testing {

struct FileWorld : TenantWorld {
  FileWorld() { begin_anew(); }

  // As a start after a crash finds them: the rows and what is on the disk.
  void begin_anew() {
    files.reset();
    files = std::make_unique<Files>(data, clock, open_disk_store(directory.path() + "/files").value());
  }
  Result<FileInfo> keep(const TenantPtr& tenant, const std::string& bytes, const std::string& owner = {}) {
    auto upload = wait(files->objects().begin(home, tenant->id));
    if (!upload) return upload.error();
    auto room = files->take_room(*tenant, static_cast<int64_t>(bytes.size()));
    if (!room) return room.error();
    if (auto written = wait((*upload)->write(bytes)); !written) return written.error();
    FileInfo file;
    file.id = make_file_id(clock.wall_ms());
    file.owner = owner;
    file.name = "tea.txt";
    file.type = "application/octet-stream";
    file.bytes = static_cast<int64_t>(bytes.size());
    file.created_ms = clock.wall_ms();
    auto kept = wait(files->keep(home, tenant, std::move(file), **upload));
    if (kept) room->keep();
    return kept;
  }
  // The object's bytes, or why there are none.
  std::string read(const TenantPtr& tenant, const FileInfo& file) {
    auto source = wait(files->objects().open(home, tenant->id, file.digest));
    if (!source) return source.error().text;
    std::string all;
    while (true) {
      const auto piece = wait((*source)->read(5));
      if (!piece || piece->empty()) return piece ? all : piece.error().text;
      all += piece->view();
    }
  }
  bool has(const TenantPtr& tenant, const std::string& id) {
    return wait(files->find(home, tenant->id, id)).has_value();
  }
  // Regular files in the folder: objects, and what is half written.
  size_t on_disk() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
      count += entry.is_regular_file();
    }
    return count;
  }

  TempDirectory directory;
  store::MemoryPlane data;
  std::unique_ptr<Files> files;
  TenantPtr shop = make_tenant("shop", "shop.example");
  TenantPtr forum = make_tenant("forum", "forum.example");
};

}  // namespace teahouse::testing
