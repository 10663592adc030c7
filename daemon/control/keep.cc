// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/keep.h"

#include "daemon/control/convert.h"
#include "daemon/journal/attachments.h"
#include "daemon/journal/shelf.h"
#include "daemon/store/backup_unpacker.h"
#include "daemon/store/backup_writer.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr int kSlicesTold = 32;  // of the work of a backup, between two reports
constexpr auto kAtOnce = std::chrono::milliseconds(0);

const char* name(store::BackupWriter::Stage stage) {
  switch (stage) {
    case store::BackupWriter::Stage::kCopying:
      return "copying";
    case store::BackupWriter::Stage::kChecking:
      return "checking";
    case store::BackupWriter::Stage::kWriting:
      return "writing";
    case store::BackupWriter::Stage::kDone:
      return "done";
  }
  return "";
}

void fill(BackupReport& out, const store::BackupWriter& writer) {
  out.set_stage(name(writer.stage()));
  const auto progress = writer.progress();
  out.set_done(progress.done);
  out.set_total(progress.total);
  out.set_records(count(writer.records()));
  out.set_missing(count(writer.missing()));
  for (const std::string& what : writer.damage()) out.add_damage(what);
  out.set_chunks(count(writer.chunks()));
}

// Is this a whole backup? It need not be taken apart for that.
struct Checking {
  store::BackupReader reader{{[](const std::string&, std::uint64_t) {}, [](ByteView) {}, [] {}}};
};

}  // namespace

struct Keep::State {
  State(Desk& served, Answers out) : desk(served), answers(std::move(out)) {}

  void backup(const Backup& asked);
  void work();
  void restore(const Restore& asked);
  void begin_restore(const Restore::Begin& asked);
  void take(const std::string& piece);
  void finish_restore(const Restore::Finish& asked);
  void forget() {
    timer.reset();
    writer.reset();
    unpacker.reset();
    checking.reset();
  }
  void guarded(const std::function<void()>& step) {
    answers.guarded(step, [this] { forget(); });
  }

  Desk& desk;
  Answers answers;
  Hold timer;
  std::unique_ptr<store::BackupWriter> writer;
  int slices = 0;
  std::shared_ptr<store::BackupUnpacker> unpacker;
  std::unique_ptr<Checking> checking;
};

void Keep::Answers::guarded(const std::function<void()>& step, const std::function<void()>& end) const {
  try {
    step();
  } catch (...) {
    Error failure;
    control::fill(failure, std::current_exception());
    if (end) end();
    fail(failure);
  }
}

Keep::Keep(Desk& desk, Answers answers) : state_(std::make_unique<State>(desk, std::move(answers))) {}
Keep::~Keep() = default;

bool Keep::answer(const Request& request) {
  const auto body = request.body_case();
  if (body != Request::kBackup) state_->writer.reset();
  if (body != Request::kRestore) {
    state_->unpacker.reset();
    state_->checking.reset();
  }
  state_->timer.reset();
  switch (body) {
    case Request::kBackup:
      state_->backup(request.backup());
      return true;
    case Request::kRestore:
      state_->restore(request.restore());
      return true;
    default:
      return false;
  }
}

// ---- backup ----

void Keep::State::backup(const Backup& asked) {
  using Stage = store::BackupWriter::Stage;
  if (asked.has_begin()) {
    writer.reset();  // its copy lies where the next one will
    writer = std::make_unique<store::BackupWriter>(
        desk.keeping.backup_parts(crypto::SecretBytes(as_bytes(asked.begin().passphrase()))));
    slices = 0;
    return guarded([this] { work(); });
  }
  if (!writer || (writer->stage() != Stage::kWriting && writer->stage() != Stage::kDone))
    throw journal::Refusal(journal::Reason::kBadRequest, "backup");
  Reply reply;
  const Bytes piece = writer->next();
  fill(*reply.mutable_backup(), *writer);
  if (writer->stage() == Stage::kDone) reply.mutable_backup()->set_chunks_missing(count(desk.attachments().missing()));
  if (!piece.empty() && writer->stage() == Stage::kDone) reply.mutable_backup()->set_stage("writing");
  reply.mutable_backup()->set_piece(piece.data(), piece.size());
  answers.finish(std::move(reply));
}

void Keep::State::work() {
  writer->work();
  Reply reply;
  fill(*reply.mutable_backup(), *writer);
  if (writer->stage() == store::BackupWriter::Stage::kWriting) return answers.finish(std::move(reply));
  if (slices++ % kSlicesTold == 0) answers.send(std::move(reply));
  timer = desk.after(kAtOnce, [this] { guarded([this] { work(); }); });
}

// ---- restore ----

void Keep::State::restore(const Restore& asked) {
  switch (asked.step_case()) {
    case Restore::kBegin:
      return begin_restore(asked.begin());
    case Restore::kPiece:
      return take(asked.piece());
    case Restore::kFinish:
      return finish_restore(asked.finish());
    case Restore::kOldDeviceIsGone: {
      if (desk.state() == Desk::State::kFresh) throw journal::Refusal(journal::Reason::kBadRequest, "restore");
      Reply reply;
      desk.keeping.old_device_is_gone(*reply.mutable_restore());
      return answers.finish(std::move(reply));
    }
    default:
      throw journal::Refusal(journal::Reason::kBadRequest, "restore");
  }
}

void Keep::State::begin_restore(const Restore::Begin& asked) {
  unpacker.reset();
  checking.reset();
  if (asked.check_only()) {
    checking = std::make_unique<Checking>();
  } else {
    unpacker = desk.keeping.begin_restore();
  }
  Reply reply;
  reply.mutable_done();
  answers.finish(std::move(reply));
}

// A file that is none is refused at its first piece, and what was unpacked of it goes.
void Keep::State::take(const std::string& piece) {
  if (!checking && !unpacker) throw journal::Refusal(journal::Reason::kBadRequest, "restore");
  try {
    if (checking) checking->reader.feed(as_bytes(piece));
    if (unpacker) unpacker->feed(as_bytes(piece));
  } catch (...) {
    forget();
    throw;
  }
  Reply reply;
  reply.mutable_done();
  answers.finish(std::move(reply));
}

void Keep::State::finish_restore(const Restore::Finish& asked) {
  if (!checking && !unpacker) throw journal::Refusal(journal::Reason::kBadRequest, "restore");
  Reply reply;
  if (checking) {
    const auto whole = std::move(checking);
    whole->reader.finish();
    if (!whole->reader.is_of(desk.keeping.backup_key())) throw store::BadBackup("it is the backup of another home");
    reply.mutable_restore()->set_made_at(moment(WallTime(std::chrono::milliseconds(whole->reader.head()->made_ms))));
    return answers.finish(std::move(reply));
  }
  try {
    desk.keeping.move_in(*unpacker, asked, *reply.mutable_restore());
  } catch (const journal::Refusal& refusal) {
    if (refusal.reason != journal::Reason::kBackupPassphrase) forget();  // it may be typed once more
    throw;
  } catch (...) {
    forget();
    throw;
  }
  forget();
  answers.finish(std::move(reply));
}

}  // namespace duolog::control
