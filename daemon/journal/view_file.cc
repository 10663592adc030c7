// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view_file.h"

#include "daemon/journal/search_text.h"
#include "daemon/journal/view_schema.h"

namespace duolog::journal {
namespace {

constexpr int kPatience = 2;                             // a disk that loses the view so often is not asked any more
constexpr std::uint64_t kFull = std::uint64_t{4} << 20;  // less than this is what it lacks

std::optional<std::uint64_t> free_on_disk(const std::filesystem::path& folder) {
  std::error_code trouble;
  const auto space = std::filesystem::space(folder, trouble);
  return trouble ? std::nullopt : std::optional<std::uint64_t>(space.available);
}

}  // namespace

store::ViewSchema view_schema() {
  static const std::string text = search_text_version();
  return {kViewTables, kViewVersion, text};
}

ViewFile::ViewFile(std::filesystem::path file, crypto::LocalKey key, Note note, FreeBytes free_bytes)
    : file_(std::move(file)),
      key_(std::move(key)),
      note_(std::move(note)),
      free_bytes_(free_bytes ? std::move(free_bytes) : free_on_disk) {
  open();
}

void ViewFile::open() {
  if (!file_.empty() && lost_ < kPatience) {
    try {
      database_ = std::make_unique<store::ViewDatabase>(file_, key_, view_schema());
      if (database_->fresh() && !database_->why_fresh().empty() && note_)
        note_("the view is folded anew: " + database_->why_fresh());
      return;
    } catch (const store::ViewLost& refused) {
      if (note_) note_(std::string("the view is kept in memory alone: ") + refused.what());
    }
  }
  // A full disk is over one day; then it goes back.
  const auto free = file_.empty() ? std::nullopt : free_bytes_(file_.parent_path());
  if (!returns_at_ && free && *free < kFull) returns_at_ = 2 * kFull;
  database_ = store::ViewDatabase::in_memory(view_schema());
}

void ViewFile::transaction(const std::function<void()>& work) {
  try {
    database_->gather(work);
  } catch (...) {
    database_->drop();
    throw;
  }
}

void ViewFile::begin_anew(std::string_view why) {
  ++lost_;
  renew(why);
}

void ViewFile::renew(std::string_view why) {
  if (note_) note_("the view is folded anew: " + std::string(why));
  ++begun_;
  database_->drop();
  database_.reset();
  open();
}

bool ViewFile::give_way(std::uint64_t room) {
  if (file_.empty() || database_->is_in_memory()) return false;
  const auto free = free_bytes_(file_.parent_path());
  if (!free || *free >= room) return false;
  std::error_code unknown;
  const std::uintmax_t size = std::filesystem::file_size(file_, unknown);
  const std::uint64_t had = unknown ? 0 : size;
  if (room > kFull && *free + had < room) return false;  // of words there may be fewer than room is kept for
  returns_at_ = had + 2 * room;
  lost_ = kPatience;
  renew("the disk is full, and words come first");
  return true;
}

void ViewFile::give_up() { database_->drop(); }

bool ViewFile::may_return() const {
  if (!returns_at_) return false;
  const auto free = free_bytes_(file_.parent_path());
  return free && *free >= *returns_at_;
}

bool ViewFile::return_to_disk() {
  if (!may_return()) return false;
  returns_at_.reset();
  lost_ = 0;
  renew("there is room for it on the disk again");
  return true;
}

void ViewFile::rest() {
  database_->make_clean();
  lost_ = 0;
}

}  // namespace duolog::journal
