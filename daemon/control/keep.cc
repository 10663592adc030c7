// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/keep.h"

#include "daemon/control/convert.h"
#include "daemon/journal/shelf.h"
#include "daemon/store/backup_unpacker.h"
#include "daemon/store/backup_writer.h"
#include "daemon/store/log_walk.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr int kSlicesTold = 32;           // of the work of a backup, between two reports
constexpr std::size_t kWalkSlice = 2048;  // records
constexpr auto kAtOnce = std::chrono::milliseconds(0);
constexpr auto kRepairLook = std::chrono::milliseconds(100);
constexpr auto kRepairPatience = std::chrono::seconds(30);  // where none is given
constexpr auto kRepairLongest = std::chrono::hours(1);

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
  out.set_records(writer.records());
  out.set_missing(writer.missing());
  for (const std::string& what : writer.damage()) out.add_damage(what);
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
  void repair(const Repair& asked);
  void read_on();
  void wait_for_bodies();
  void report_repair(const char* stage, bool last);
  void forget() {
    timer.reset();
    writer.reset();
    unpacker.reset();
    checking.reset();
    walk.reset();
  }
  // What goes wrong in a timer's call is told as in a request's.
  template <class Step>
  void guarded(Step&& step) {
    try {
      step();
    } catch (...) {
      Error failure;
      control::fill(failure, std::current_exception());
      forget();
      answers.fail(failure);
    }
  }

  Desk& desk;
  Answers answers;
  Hold timer;
  std::unique_ptr<store::BackupWriter> writer;
  int slices = 0;
  std::shared_ptr<store::BackupUnpacker> unpacker;
  std::unique_ptr<Checking> checking;
  std::unique_ptr<store::LogWalk> walk;
  RepairReport found;
  std::chrono::milliseconds looks_left{0};
};

Keep::Keep(Desk& desk, Answers answers) : state_(std::make_unique<State>(desk, std::move(answers))) {}
Keep::~Keep() = default;

bool Keep::answer(const Request& request) {
  const auto body = request.body_case();
  if (body != Request::kBackup) state_->writer.reset();
  if (body != Request::kRestore) state_->unpacker.reset(), state_->checking.reset();
  state_->timer.reset();
  state_->walk.reset();
  switch (body) {
    case Request::kBackup:
      state_->backup(request.backup());
      return true;
    case Request::kRestore:
      state_->restore(request.restore());
      return true;
    case Request::kRepair:
      state_->repair(request.repair());
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

// ---- repair ----

void Keep::State::repair(const Repair& asked) {
  found.Clear();
  looks_left = asked.timeout_seconds() == 0
                   ? std::chrono::milliseconds(kRepairPatience)
                   : std::min<std::chrono::milliseconds>(std::chrono::seconds(asked.timeout_seconds()), kRepairLongest);
  walk = std::make_unique<store::LogWalk>(desk.shelf().parts().log);
  slices = 0;
  read_on();
}

void Keep::State::read_on() {
  const bool more = walk->step(kWalkSlice);
  found.set_done(walk->read());
  found.set_total(walk->total());
  found.set_records(walk->read());
  if (more) {
    if (slices++ % kSlicesTold == 0) report_repair("reading", false);
    timer = desk.after(kAtOnce, [this] { guarded([this] { read_on(); }); });
    return;
  }
  found.set_wanted(store::missing_in_all(desk.shelf().parts().log));
  desk.keeping.want_again();
  desk.nudge();
  report_repair("fetching", false);
  wait_for_bodies();
}

// Where a chain's end was damaged, what was behind it is fetched like any record: so it is waited for as well.
void Keep::State::wait_for_bodies() {
  const bool all_here =
      store::missing_in_all(desk.shelf().parts().log) == 0 && (found.damage().empty() || desk.in_step());
  looks_left -= kRepairLook;
  if (all_here || looks_left.count() <= 0) return report_repair("done", true);
  timer = desk.after(kRepairLook, [this] { guarded([this] { wait_for_bodies(); }); });
}

void Keep::State::report_repair(const char* stage, bool last) {
  found.set_stage(stage);
  found.set_missing(store::missing_in_all(desk.shelf().parts().log));
  found.clear_damage();
  for (const store::Damage& one : desk.shelf().parts().log.damage())
    if (one.kind != store::Damage::Kind::kBody) found.add_damage(one.what);
  found.set_met(false);
  for (const Peer& peer : desk.peers()) found.set_met(found.met() || peer.connected());
  Reply reply;
  *reply.mutable_repair() = found;
  if (last) return answers.finish(std::move(reply));
  answers.send(std::move(reply));
}

}  // namespace duolog::control
