// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view_file.h"

#include "daemon/journal/search_text.h"
#include "daemon/journal/view_schema.h"

namespace duolog::journal {
namespace {

constexpr int kPatience = 2;  // a disk that loses the view so often is not asked any more

}  // namespace

store::ViewSchema view_schema() {
  static const std::string text = search_text_version();
  return {kViewTables, kViewVersion, text};
}

ViewFile::ViewFile(std::filesystem::path file, crypto::LocalKey key, Note note)
    : file_(std::move(file)), key_(std::move(key)), note_(std::move(note)) {
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

void ViewFile::rest() {
  database_->make_clean();
  lost_ = 0;
}

}  // namespace duolog::journal
