// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/attaching.h"

#include <deque>

#include "daemon/control/convert.h"
#include "daemon/control/said.h"
#include "daemon/journal/items.h"
#include "proto/control.pb.h"

namespace duolog::control {

struct Attaching::Waiting {
  journal::Target target;
  std::uint32_t number = 0;
  bool wait = false;
  Hold chunks;  // news of them
  Hold peers;   // and of who comes and leaves
};

namespace {

journal::MayGo may_go(journal::Attachments& attachments) {
  return [&attachments](const ChunkId& chunk) { return attachments.may_go(chunk); };
}

}  // namespace

struct Attaching::Sharing {
  Sharing(journal::Attachments& attachments, std::vector<journal::Attachment> from)
      : resealing(attachments.blobs(), std::move(from), may_go(attachments)) {}
  journal::Resealing resealing;
  journal::Target entry;
  std::string journal;
  std::string request;
  Hold turn;
};

Attaching::Attaching(Desk& desk, Replies replies) : desk_(desk), replies_(std::move(replies)) {}
Attaching::~Attaching() = default;

void Attaching::end() {
  waiting_.reset();
  sharing_.reset();
}

void Attaching::answer(const Request& request) {
  switch (request.body_case()) {
    case Request::kAttach:
      return attach(request.attach());
    case Request::kAttachPiece:
      return take(request.attach_piece());
    case Request::kReadAttachment:
      return read(request.read_attachment());
    case Request::kWantAttachment:
      return want(request.want_attachment());
    default:
      return list(request.list_attachments());
  }
}

// What throws in a turn of its own is answered as what throws in a request is.
void Attaching::guarded(const std::function<void()>& step) {
  try {
    step();
  } catch (...) {
    end();
    Error failure;
    fill(failure, std::current_exception());
    replies_.fail(std::move(failure));
  }
}

// ---- in ----

void Attaching::attach(const Attach& asked) {
  give_up_unfinished();
  if (uploads_.size() >= journal::kAttachmentCount)
    throw journal::Refusal::too_long("attachments", journal::kAttachmentCount);
  journal::Attachments& attachments = desk_.attachments();
  uploads_.emplace_back(attachments.blobs(), asked.name(), asked.media_type(), asked.size(), may_go(attachments));
  Reply reply;
  reply.mutable_attach()->set_stored(0);
  replies_.finish(std::move(reply));
}

void Attaching::give_up_unfinished() {
  if (!uploads_.empty() && !uploads_.back().whole()) uploads_.pop_back();
}

void Attaching::take(const AttachPiece& piece) {
  if (uploads_.empty()) throw journal::Refusal(journal::Reason::kUploadGone);
  uploads_.back().take(as_bytes(piece.data()));
  Reply reply;
  reply.mutable_attach()->set_stored(static_cast<std::uint32_t>(uploads_.back().stored()));
  replies_.finish(std::move(reply));
}

std::vector<journal::Attachment> Attaching::for_entry(std::uint32_t count) const {
  std::vector<journal::Attachment> attachments;
  for (const auto& upload : uploads_)
    if (upload.whole()) attachments.push_back(upload.attachment());
  if (attachments.size() != count || uploads_.size() != count) throw journal::Refusal(journal::Reason::kUploadGone);
  return attachments;
}

std::vector<journal::Attachment> Attaching::for_batch(std::uint32_t count) {
  give_up_unfinished();
  return for_entry(count);
}

void Attaching::kept() { kept(std::vector<bool>(uploads_.size(), true)); }

void Attaching::kept(const std::vector<bool>& named) {
  if (uploads_.empty()) return;
  std::size_t place = 0;
  for (auto& upload : uploads_) {
    if (place < named.size() && named[place]) upload.kept();
    ++place;
  }
  uploads_.clear();
  desk_.attachments().folded();
}

// ---- out ----

void Attaching::report(AttachmentReport& out, const journal::MeantFile& file) const {
  const journal::Zone here(desk_.shelf().parts().zone);
  const journal::Item item = journal::make_item(*file.journal, file.noted, here);
  out.set_id(hex(item.id.view()));
  out.set_number(file.number);
  fill(*out.mutable_attachment(), item.attachments.at(file.number - 1));
  out.set_author(item.author);
  out.set_mine(item.mine);
  out.set_written_at(item.written_at);
  out.set_journal(item.journal);
}

void Attaching::list(const ListAttachments& asked) {
  struct Named {
    JournalId journal;
    journal::MeantFile file;
  };
  auto files = std::make_shared<std::deque<Named>>();
  for (auto& file : journal::list_attachments(desk_.shelf(), {asked.id(), asked.journal()}))
    files->push_back({file.journal->id(), std::move(file)});
  replies_.in_steps([this, files] {
    Reply reply;
    if (files->empty()) {
      reply.mutable_done();
      return replies_.finish(std::move(reply)), false;
    }
    Named next = std::move(files->front());
    files->pop_front();
    next.file.journal = desk_.shelf().by_id(next.journal);  // since then it may have been opened anew
    if (next.file.journal == nullptr) return true;
    report(*reply.mutable_attachment(), next.file);
    return replies_.send(std::move(reply)), true;
  });
}

void Attaching::read(const ReadAttachment& asked) {
  const auto file = journal::find_attachment(desk_.shelf(), {asked.id(), asked.journal()}, asked.number());
  Bytes piece = journal::read_piece(desk_.attachments().blobs(), file.attachment, asked.piece());
  Reply reply;
  reply.mutable_piece()->set_data(piece.data(), piece.size());
  crypto::wipe(piece);
  replies_.finish(std::move(reply));
}

void Attaching::want(const WantAttachment& asked) {
  const journal::Target target{asked.id(), asked.journal()};
  const auto file = journal::find_attachment(desk_.shelf(), target, asked.number());
  desk_.attachments().ask_for(file);
  waiting_ = std::make_unique<Waiting>(Waiting{target, asked.number(), asked.wait(), {}, {}});
  if (target.id == "last") waiting_->target = {hex(file.noted.id.view()), {}};  // whatever is last by then
  report_wanted();
  if (!waiting_) return;
  waiting_->chunks = desk_.attachments().listen([this] { guarded([this] { report_wanted(); }); });
  Hold peers = desk_.subscribe([this](const WatchEvent&) { guarded([this] { report_wanted(); }); });
  if (waiting_) waiting_->peers = std::move(peers);
}

// The last report says why it is the last: it is here, nobody can give it, or nobody is there.
void Attaching::report_wanted() {
  if (!waiting_) return;
  const auto file = journal::find_attachment(desk_.shelf(), waiting_->target, waiting_->number);
  Reply reply;
  AttachmentReport& out = *reply.mutable_attachment();
  report(out, file);
  out.set_peers(desk_.chunk_givers(file.journal->id()));
  const bool here = out.attachment().held() == out.attachment().size();
  if (!here) {
    out.set_refused(desk_.attachments().refused(file.attachment));
    out.set_trouble(desk_.attachments().blobs().why_nothing_is_received());
  }
  const bool goes_on = waiting_->wait && !here && !out.refused() && out.trouble().empty() && out.peers() > 0;
  if (goes_on) return replies_.send(std::move(reply));
  waiting_.reset();
  replies_.finish(std::move(reply));
}

// ---- sharing ----

bool Attaching::shares(const Request& request) {
  const journal::Target entry{request.share().id(), {}};
  journal::Shelf& shelf = desk_.shelf();
  std::vector<journal::Attachment> files;
  try {
    files = shelf.to_reseal(entry, request.share().journal(), as_bytes(request.request_id()));
  } catch (const journal::Refusal&) {
    return false;  // whoever shares without files says why
  }
  if (files.empty()) return false;
  sharing_ = std::make_unique<Sharing>(desk_.attachments(), std::move(files));
  sharing_->entry = {hex(journal::find_one(shelf, entry).noted.id.view()), {}};
  sharing_->journal = request.share().journal();
  sharing_->request = request.request_id();
  share_on();
  return true;
}

void Attaching::share_on() {
  if (sharing_->resealing.step()) {
    sharing_->turn = desk_.after(std::chrono::milliseconds(0), [this] { guarded([this] { share_on(); }); });
    return;
  }
  const auto sharing = std::move(sharing_);
  const auto saved = desk_.shelf().share(sharing->entry, sharing->journal, as_bytes(sharing->request),
                                         sharing->resealing.attachments());
  if (!saved.repeated) sharing->resealing.kept();
  desk_.attachments().folded();
  Reply reply;
  fill(*reply.mutable_saved(), saved);
  replies_.finish(std::move(reply));
}

}  // namespace duolog::control
