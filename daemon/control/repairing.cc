// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/repairing.h"

#include "daemon/control/convert.h"
#include "daemon/journal/attachments.h"
#include "daemon/journal/shelf.h"
#include "daemon/store/log_walk.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr std::size_t kWalkSlice = 2048;  // records
constexpr std::size_t kChunkSlice = 16;   // of attachments: 4 MiB
constexpr int kTurnsTold = 32;            // slices of reading, or looks while fetching, between two reports
constexpr auto kAtOnce = std::chrono::milliseconds(0);
constexpr auto kLook = std::chrono::milliseconds(100);
constexpr auto kPatience = std::chrono::seconds(30);  // where none is given
constexpr auto kLongest = std::chrono::hours(1);

class Repairing {
 public:
  Repairing(Desk& desk, Keep::Answers answers) : desk_(desk), answers_(std::move(answers)) {}
  void begin(const Repair& asked);

 private:
  void turn(std::chrono::milliseconds time, void (Repairing::*step)());
  void read_on();
  bool read_records();
  bool read_chunks();
  void ask();
  void wait_for_what_was_asked();
  [[nodiscard]] bool is_whole() const;
  [[nodiscard]] store::SealedLog& log() const { return desk_.shelf().parts().log; }
  RepairReport report(const char* stage);
  void tell(const char* stage);

  Desk& desk_;
  Keep::Answers answers_;
  Hold timer_;
  std::unique_ptr<store::LogWalk> walk_;
  std::vector<ChunkId> chunks_;  // still to be read
  int turns_ = 0;
  std::string structure_;  // what is wrong with the database itself: no partner mends that
  RepairReport found_;
  std::chrono::milliseconds time_left_{0};
};

void Repairing::begin(const Repair& asked) {
  time_left_ = asked.timeout_seconds() == 0
                   ? std::chrono::milliseconds(kPatience)
                   : std::min<std::chrono::milliseconds>(std::chrono::seconds(asked.timeout_seconds()), kLongest);
  walk_ = std::make_unique<store::LogWalk>(log());
  chunks_ = desk_.attachments().blobs().all();
  structure_ = desk_.keeping.structure();
  found_.set_total(walk_->total() + chunks_.size());
  read_on();
}

void Repairing::turn(std::chrono::milliseconds time, void (Repairing::*step)()) {
  timer_ = desk_.after(time, [this, step] { answers_.guarded([this, step] { (this->*step)(); }); });
}

// ---- reading ----

void Repairing::read_on() {
  if (!read_records() && !read_chunks()) return ask();
  if (turns_++ % kTurnsTold == 0) tell("reading");
  turn(kAtOnce, &Repairing::read_on);
}

bool Repairing::read_records() {
  if (!walk_) return false;
  const bool more = walk_->step(kWalkSlice);
  found_.set_records(count(walk_->read()));
  found_.set_done(walk_->read());
  if (!more) walk_.reset();
  return true;
}

// One that no longer is what its name says is forgotten by being read.
bool Repairing::read_chunks() {
  for (std::size_t left = kChunkSlice; left > 0 && !chunks_.empty(); --left) {
    (void)desk_.attachments().blobs().get(chunks_.back());
    chunks_.pop_back();
    found_.set_chunks(found_.chunks() + 1);
    found_.set_done(found_.done() + 1);
  }
  return !chunks_.empty();
}

// ---- fetching ----

void Repairing::ask() {
  found_.set_wanted(count(store::missing_in_all(log())));
  found_.set_chunks_wanted(count(desk_.attachments().missing()));
  found_.set_total(found_.wanted() + found_.chunks_wanted());
  desk_.attachments().want_all_missing();
  desk_.keeping.want_again();
  desk_.nudge();
  wait_for_what_was_asked();
}

// Where a chain's end was damaged, what was behind it is fetched like any record: so it is waited for as well.
bool Repairing::is_whole() const {
  return found_.missing() == 0 && found_.chunks_missing() == 0 && (found_.damage().empty() || desk_.in_step());
}

void Repairing::wait_for_what_was_asked() {
  Reply reply;
  *reply.mutable_repair() = report("fetching");
  time_left_ -= kLook;
  if (is_whole() || time_left_.count() <= 0 || desk_.peers().empty()) {
    reply.mutable_repair()->set_stage("done");
    return answers_.finish(std::move(reply));
  }
  if (turns_++ % kTurnsTold == 0) answers_.send(std::move(reply));
  turn(kLook, &Repairing::wait_for_what_was_asked);
}

// ---- telling ----

RepairReport Repairing::report(const char* stage) {
  found_.set_stage(stage);
  found_.set_missing(count(store::missing_in_all(log())));
  found_.set_chunks_missing(count(desk_.attachments().missing()));
  found_.clear_damage();
  for (const store::Damage& one : log().damage())
    if (one.kind != store::Damage::Kind::kBody) found_.add_damage(one.what);
  if (!structure_.empty()) found_.add_damage(structure_);
  const auto peers = desk_.peers();
  found_.set_met(std::any_of(peers.begin(), peers.end(), [](const Peer& peer) { return peer.connected(); }));
  return found_;
}

void Repairing::tell(const char* stage) {
  Reply reply;
  *reply.mutable_repair() = report(stage);
  answers_.send(std::move(reply));
}

}  // namespace

Hold begin_repair(Desk& desk, const Repair& asked, Keep::Answers answers) {
  auto repairing = std::make_shared<Repairing>(desk, std::move(answers));
  repairing->begin(asked);
  return repairing;
}

}  // namespace duolog::control
