// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/sending_media.h"

#include "client/attach.h"
#include "client/failure.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::size_t kFilesAtOnce = 64;  // the daemon holds no more for one visit
constexpr std::uint64_t kBytesAtOnce = std::uint64_t{64} << 20;

// The next bytes, and at the end no more: what is damaged shows there at the latest.
void read_piece(std::istream& stream, std::string& piece, bool last, const std::string& name) {
  stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  const bool whole = static_cast<std::size_t>(stream.gcount()) == piece.size();
  if (!whole || (last && stream.peek() != std::istream::traits_type::eof()))
    refuse_file(name, "has changed while it was read", "nothing of it was saved");
}

}  // namespace

void SendingMedia::add(std::vector<Found::Medium> media) {
  count_ += media.size();
  for (const auto& medium : media) bytes_ += medium.size;
  media_.push_back(std::move(media));
}

bool SendingMedia::is_full_for(std::size_t more) const { return count_ + more > kFilesAtOnce; }
bool SendingMedia::is_enough() const { return count_ >= kFilesAtOnce || bytes_ >= kBytesAtOnce; }

void SendingMedia::send(control::Import& batch) {
  if (count_ == 0) return clear();
  control::Request ask;
  *ask.mutable_import() = batch;
  ask.mutable_import()->set_try_only(true);
  const auto tried = daemon_.ask_one(ask, kDurable).imported();
  if (tried.items_size() != batch.items_size() || media_.size() != static_cast<std::size_t>(batch.items_size()))
    throw daemon_unreadable();
  for (int i = 0; i < batch.items_size(); ++i) {
    const bool is_new = !tried.items(i).already_there() && !tried.items(i).has_refused();
    std::uint32_t sent = 0;
    for (const auto& medium : media_[static_cast<std::size_t>(i)]) {
      sent += is_new && send(medium) ? 1 : 0;
      source_.told(done_ += medium.size);
    }
    batch.mutable_items(i)->set_attachments(sent);
  }
  clear();
}

// A picture that has rotted keeps no diary out.
bool SendingMedia::send(const Found::Medium& medium) {
  try {
    const auto* file = source_.files->find(medium.place);
    if (file == nullptr || file->size != medium.size) refuse_file(medium.place, "is not there any more", "");
    const auto stream = source_.files->open(*file);
    std::uint64_t read = 0;
    const auto fill = [&](std::string& piece) {
      read += piece.size();
      read_piece(*stream, piece, read == medium.size, medium.place);
    };
    send_file(daemon_, medium.name, medium.size, fill, [this](std::uint64_t done) { source_.told(done_ + done); });
    return true;
  } catch (const Failure& failure) {
    if (failure.code() != kBadFile) throw;
    findings_.miss("pictures and files that cannot be read", medium.place);
    return false;
  }
}

void SendingMedia::pass() {
  source_.told(done_ += bytes_);
  clear();
}

void SendingMedia::clear() {
  media_.clear();
  count_ = 0;
  bytes_ = 0;
}

}  // namespace duolog::client
